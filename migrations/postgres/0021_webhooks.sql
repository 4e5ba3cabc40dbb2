-- Telling other systems: where to, what was told, and what became of each try.

CREATE TABLE webhook_endpoints (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    -- Kinds of events, separated by spaces: order.*, payment.captured, *.
    topics TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Sealed: the secret it is signed with, and the one before while both are.
    secret TEXT COLLATE "C" NOT NULL,
    secret_prefix TEXT COLLATE "C" NOT NULL,
    old_secret_ends_at TIMESTAMPTZ,
    -- It hears of what came after this notice.
    since_seq BIGINT NOT NULL,
    -- Since when nothing arrived.
    failing_since_at TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ,
    disabled_reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX webhook_endpoints_tenant ON webhook_endpoints (tenant_id, created_at, id);

-- One event for one endpoint. What it says is settled when it is written, so that a second try says the same.
CREATE TABLE webhook_deliveries (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    endpoint_id UUID NOT NULL REFERENCES webhook_endpoints (id),
    event TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    -- Number of the notice it tells of; 0 for a test.
    seq BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0,
    last_status BIGINT,
    last_error TEXT COLLATE "C",
    -- Somebody is at it until then.
    sending_until_at TIMESTAMPTZ,
    -- When it is tried again.
    next_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    delivered_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (endpoint_id, seq) WHERE seq > 0;
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (tenant_id, created_at, id);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (tenant_id, endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (tenant_id, endpoint_id, subject_id, seq) WHERE state = 'pending';

CREATE TABLE webhook_attempts (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    delivery_id UUID NOT NULL REFERENCES webhook_deliveries (id),
    at TIMESTAMPTZ NOT NULL,
    status BIGINT,
    duration_ms BIGINT NOT NULL,
    error TEXT COLLATE "C",
    -- The beginning of what was answered.
    excerpt TEXT COLLATE "C"
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (tenant_id, delivery_id, at, id);

-- How far the notices of a tenant have been told.
CREATE TABLE webhook_cursors (
    tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenants (id),
    seq BIGINT NOT NULL
);
CALL purser_guard('webhook_endpoints');
CALL purser_guard('webhook_deliveries');
CALL purser_guard('webhook_attempts');
CALL purser_guard('webhook_cursors');
