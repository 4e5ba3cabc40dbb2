-- Data brought in from files. The file itself lies with the other stored objects until its import has ended.

CREATE TABLE imports (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    encoding TEXT NOT NULL,
    delimiter TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    header TEXT NOT NULL,
    sample TEXT NOT NULL,
    mapping TEXT NOT NULL,
    mode TEXT,
    -- How many rows are in for good, in a run that leaves bad rows out; after a crash it goes on from here.
    done INTEGER NOT NULL DEFAULT 0,
    result TEXT,
    error_count INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    created_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX imports_created ON imports (tenant_id, created_at, id);
CREATE INDEX imports_state ON imports (state, touched_at);

CREATE TABLE import_errors (
    import_id BLOB NOT NULL REFERENCES imports (id),
    seq INTEGER NOT NULL,
    tenant_id BLOB NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (import_id, seq)
) STRICT, WITHOUT ROWID;
