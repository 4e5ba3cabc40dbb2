-- Data brought in from files. The file itself lies with the other stored objects until its import has ended.

CREATE TABLE imports (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    encoding TEXT COLLATE "C" NOT NULL,
    delimiter TEXT COLLATE "C" NOT NULL,
    row_count BIGINT NOT NULL,
    header JSONB NOT NULL,
    sample JSONB NOT NULL,
    mapping JSONB NOT NULL,
    mode TEXT COLLATE "C",
    -- How many rows are in for good, in a run that leaves bad rows out; after a crash it goes on from here.
    done BIGINT NOT NULL DEFAULT 0,
    result JSONB,
    error_count BIGINT NOT NULL DEFAULT 0,
    message TEXT COLLATE "C",
    created_by UUID REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX imports_created ON imports (tenant_id, created_at, id);
CREATE INDEX imports_state ON imports (state, touched_at);
CALL purser_guard('imports');

CREATE TABLE import_errors (
    import_id UUID NOT NULL REFERENCES imports (id),
    seq BIGINT NOT NULL,
    tenant_id UUID NOT NULL,
    line BIGINT NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C",
    PRIMARY KEY (import_id, seq)
);
CALL purser_guard('import_errors');
