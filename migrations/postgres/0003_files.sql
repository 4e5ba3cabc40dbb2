-- Files attached to orders and people, and what the pages about people lean on.

CREATE TABLE files (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    content_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    sha256 TEXT COLLATE "C" NOT NULL,
    subject_type TEXT COLLATE "C" NOT NULL CHECK (subject_type IN ('order', 'user')),
    subject_id UUID NOT NULL,
    subject_label TEXT COLLATE "C" NOT NULL,
    uploaded_by UUID REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ
);
CREATE INDEX files_created ON files (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX files_name ON files (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX files_size ON files (tenant_id, size, id) WHERE deleted_at IS NULL;
CREATE INDEX files_subject ON files (tenant_id, subject_id, created_at, id) WHERE deleted_at IS NULL;
CALL purser_guard('files');

-- Lists sorted by the last sign-in: never is 1970.
CREATE INDEX users_last_login ON users (tenant_id, COALESCE(last_login_at, TIMESTAMPTZ '1970-01-01 00:00:00+00'), id);
