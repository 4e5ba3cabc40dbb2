-- Files of a dispute's evidence that lie at its provider: what went there once is not sent again.
CREATE TABLE dispute_uploads (
    dispute_id UUID NOT NULL REFERENCES disputes (id),
    file_id UUID NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    reference TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (dispute_id, file_id)
);
CREATE INDEX dispute_uploads_tenant ON dispute_uploads (tenant_id);
CALL purser_guard('dispute_uploads');

-- The same in the sandbox provider's own book.
CREATE TABLE sandbox_files (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT COLLATE "C" NOT NULL,
    dispute_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    content_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CALL purser_guard('sandbox_files');

-- A message may be kept before it is proved to be its provider's. Until then it is known by all of its bytes, afterwards by the provider's id:
-- what somebody makes up stands in no genuine message's way.
ALTER TABLE gateway_events DROP CONSTRAINT gateway_events_state_check;
ALTER TABLE gateway_events ADD CONSTRAINT gateway_events_state_check
    CHECK (state IN ('unproved', 'rejected', 'received', 'processed', 'ignored', 'failed'));
-- A digest of everything that came, of one that is not proved.
ALTER TABLE gateway_events ADD COLUMN print TEXT COLLATE "C";
ALTER TABLE gateway_events ADD CONSTRAINT gateway_events_print_check CHECK ((state IN ('unproved', 'rejected')) = (print IS NOT NULL));
DROP INDEX gateway_events_once;
CREATE UNIQUE INDEX gateway_events_once ON gateway_events (connection_id, provider_id) WHERE print IS NULL;
CREATE UNIQUE INDEX gateway_events_print ON gateway_events (connection_id, print) WHERE print IS NOT NULL;
CREATE INDEX gateway_events_unproved ON gateway_events (connection_id, received_at) WHERE print IS NOT NULL;
