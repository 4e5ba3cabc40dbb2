-- Files of a dispute's evidence that lie at its provider: what went there once is not sent again.
CREATE TABLE dispute_uploads (
    dispute_id BLOB NOT NULL REFERENCES disputes (id),
    file_id BLOB NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    reference TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (dispute_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_uploads_tenant ON dispute_uploads (tenant_id);

-- The same in the sandbox provider's own book.
CREATE TABLE sandbox_files (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    dispute_key TEXT NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;

-- A message may be kept before it is proved to be its provider's. Until then it is known by all of its bytes, afterwards by the provider's id:
-- what somebody makes up stands in no genuine message's way.
CREATE TABLE gateway_events_next (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    connection_id BLOB NOT NULL REFERENCES payment_connections (id),
    provider_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What the provider calls the payment it is about.
    subject TEXT,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unproved', 'rejected', 'received', 'processed', 'ignored', 'failed')),
    outcome TEXT,
    payment_id BLOB,
    -- How often the same message came.
    copies INTEGER NOT NULL DEFAULT 1,
    received_at INTEGER NOT NULL,
    processed_at INTEGER,
    -- A digest of everything that came, of one that is not proved.
    print TEXT,
    CHECK ((state IN ('unproved', 'rejected')) = (print IS NOT NULL))
) STRICT;
INSERT INTO gateway_events_next (id, tenant_id, connection_id, provider_id, kind, subject, sealed, state, outcome, payment_id, copies, received_at,
    processed_at)
    SELECT id, tenant_id, connection_id, provider_id, kind, subject, sealed, state, outcome, payment_id, copies, received_at, processed_at
    FROM gateway_events;
DROP TABLE gateway_events;
ALTER TABLE gateway_events_next RENAME TO gateway_events;
CREATE UNIQUE INDEX gateway_events_once ON gateway_events (connection_id, provider_id) WHERE print IS NULL;
CREATE UNIQUE INDEX gateway_events_print ON gateway_events (connection_id, print) WHERE print IS NOT NULL;
CREATE INDEX gateway_events_unproved ON gateway_events (connection_id, received_at) WHERE print IS NOT NULL;
CREATE INDEX gateway_events_received ON gateway_events (tenant_id, received_at, id);
