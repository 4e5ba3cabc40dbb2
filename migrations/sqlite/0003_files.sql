-- Files attached to orders and people, and what the pages about people lean on.

CREATE TABLE files (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    sha256 TEXT NOT NULL,
    subject_type TEXT NOT NULL CHECK (subject_type IN ('order', 'user')),
    subject_id BLOB NOT NULL,
    subject_label TEXT NOT NULL,
    uploaded_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX files_created ON files (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX files_name ON files (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX files_size ON files (tenant_id, size, id) WHERE deleted_at IS NULL;
CREATE INDEX files_subject ON files (tenant_id, subject_id, created_at, id) WHERE deleted_at IS NULL;

-- Lists sorted by the last sign-in: never is 1970.
CREATE INDEX users_last_login ON users (tenant_id, COALESCE(last_login_at, 0), id);
