-- The built-in payment provider as a developer plays it: how it behaves, what it was asked, and what it tells by messages of its own.

CREATE TABLE sandbox_settings (
    tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenants (id),
    -- Whether every call is written down.
    recording INTEGER NOT NULL CHECK (recording IN (0, 1)),
    -- How long a card that takes its time takes.
    processing_s INTEGER NOT NULL CHECK (processing_s BETWEEN 0 AND 86400),
    -- Whether it tells by messages.
    webhooks INTEGER NOT NULL CHECK (webhooks IN (0, 1)),
    delay_s INTEGER NOT NULL CHECK (delay_s BETWEEN 0 AND 3600),
    copies INTEGER NOT NULL CHECK (copies BETWEEN 1 AND 5),
    lose_percent INTEGER NOT NULL CHECK (lose_percent BETWEEN 0 AND 100),
    reorder INTEGER NOT NULL CHECK (reorder IN (0, 1)),
    -- How much it has told.
    told INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What goes wrong with the calls that come next.
CREATE TABLE sandbox_faults (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    effect TEXT NOT NULL,
    operation TEXT NOT NULL,
    code TEXT,
    millis INTEGER,
    remaining INTEGER CHECK (remaining > 0),
    until INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sandbox_faults_tenant ON sandbox_faults (tenant_id, id);

CREATE TABLE sandbox_calls (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    operation TEXT NOT NULL,
    payment TEXT,
    amount INTEGER,
    currency TEXT,
    fault TEXT,
    answer TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sandbox_calls_at ON sandbox_calls (tenant_id, at, id);

CREATE TABLE sandbox_messages (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    payment TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'lost', 'failed')),
    copies INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE INDEX sandbox_messages_created ON sandbox_messages (tenant_id, created_at, id);
CREATE INDEX sandbox_messages_due ON sandbox_messages (due_at) WHERE state = 'waiting';
CREATE INDEX sandbox_charges_processing ON sandbox_charges (tenant_id, key) WHERE state = 'processing';
-- The one connection of a tenant through which its sandbox tells.
CREATE UNIQUE INDEX payment_connections_sandbox ON payment_connections (tenant_id) WHERE kind = 'sandbox';
