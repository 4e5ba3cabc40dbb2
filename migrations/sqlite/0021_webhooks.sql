-- Telling other systems: where to, what was told, and what became of each try.

CREATE TABLE webhook_endpoints (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Kinds of events, separated by spaces: order.*, payment.captured, *.
    topics TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Sealed: the secret it is signed with, and the one before while both are.
    secret TEXT NOT NULL,
    secret_prefix TEXT NOT NULL,
    old_secret_ends_at INTEGER,
    -- It hears of what came after this notice.
    since_seq INTEGER NOT NULL,
    -- Since when nothing arrived.
    failing_since_at INTEGER,
    disabled_at INTEGER,
    disabled_reason TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_endpoints_tenant ON webhook_endpoints (tenant_id, created_at, id);

-- One event for one endpoint. What it says is settled when it is written, so that a second try says the same.
CREATE TABLE webhook_deliveries (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    endpoint_id BLOB NOT NULL REFERENCES webhook_endpoints (id),
    event TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    -- Number of the notice it tells of; 0 for a test.
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    last_error TEXT,
    -- Somebody is at it until then.
    sending_until_at INTEGER,
    -- When it is tried again.
    next_at INTEGER,
    created_at INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (endpoint_id, seq) WHERE seq > 0;
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (tenant_id, created_at, id);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (tenant_id, endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (tenant_id, endpoint_id, subject_id, seq) WHERE state = 'pending';

CREATE TABLE webhook_attempts (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    delivery_id BLOB NOT NULL REFERENCES webhook_deliveries (id),
    at INTEGER NOT NULL,
    status INTEGER,
    duration_ms INTEGER NOT NULL,
    error TEXT,
    -- The beginning of what was answered.
    excerpt TEXT
) STRICT;
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (tenant_id, delivery_id, at, id);

-- How far the notices of a tenant have been told.
CREATE TABLE webhook_cursors (
    tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenants (id),
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
