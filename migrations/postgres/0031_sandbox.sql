-- The built-in payment provider as a developer plays it: how it behaves, what it was asked, and what it tells by messages of its own.

CREATE TABLE sandbox_settings (
    tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenants (id),
    -- Whether every call is written down.
    recording BOOLEAN NOT NULL,
    -- How long a card that takes its time takes.
    processing_s BIGINT NOT NULL CHECK (processing_s BETWEEN 0 AND 86400),
    -- Whether it tells by messages.
    webhooks BOOLEAN NOT NULL,
    delay_s BIGINT NOT NULL CHECK (delay_s BETWEEN 0 AND 3600),
    copies BIGINT NOT NULL CHECK (copies BETWEEN 1 AND 5),
    lose_percent BIGINT NOT NULL CHECK (lose_percent BETWEEN 0 AND 100),
    reorder BOOLEAN NOT NULL,
    -- How much it has told.
    told BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- What goes wrong with the calls that come next.
CREATE TABLE sandbox_faults (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    effect TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C",
    millis BIGINT,
    remaining BIGINT CHECK (remaining > 0),
    until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sandbox_faults_tenant ON sandbox_faults (tenant_id, id);

CREATE TABLE sandbox_calls (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    operation TEXT COLLATE "C" NOT NULL,
    payment TEXT COLLATE "C",
    amount BIGINT,
    currency TEXT COLLATE "C",
    fault TEXT COLLATE "C",
    answer TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sandbox_calls_at ON sandbox_calls (tenant_id, at, id);

CREATE TABLE sandbox_messages (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL,
    payment TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'delivered', 'lost', 'failed')),
    copies BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    error TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    delivered_at TIMESTAMPTZ
);
CREATE INDEX sandbox_messages_created ON sandbox_messages (tenant_id, created_at, id);
CREATE INDEX sandbox_messages_due ON sandbox_messages (due_at) WHERE state = 'waiting';
CREATE INDEX sandbox_charges_processing ON sandbox_charges (tenant_id, key) WHERE state = 'processing';
-- The one connection of a tenant through which its sandbox tells.
CREATE UNIQUE INDEX payment_connections_sandbox ON payment_connections (tenant_id) WHERE kind = 'sandbox';
CALL purser_guard('sandbox_settings');
CALL purser_guard('sandbox_faults');
CALL purser_guard('sandbox_calls');
CALL purser_guard('sandbox_messages');
