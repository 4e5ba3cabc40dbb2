-- Tenants, people, sessions, audit, events and the small tables every area leans on.
-- Instants are INTEGER microseconds, ids 16-byte BLOBs, money INTEGER minor units, yes/no INTEGER 0/1.

CREATE TABLE tenants (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    environment TEXT NOT NULL,
    settings TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    password_hash TEXT,
    phone TEXT,
    country TEXT,
    language TEXT,
    notes TEXT,
    email_verified INTEGER NOT NULL DEFAULT 0,
    last_login_at INTEGER,
    locked_at INTEGER,
    lock_reason TEXT,
    deleted_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email ON users (tenant_id, email_key) WHERE deleted_at IS NULL;
CREATE INDEX users_email_key ON users (email_key);
CREATE INDEX users_created ON users (tenant_id, created_at, id);
CREATE INDEX users_name ON users (tenant_id, name_key, id);
CREATE INDEX users_by_email ON users (tenant_id, email_key, id);
CREATE INDEX users_role ON users (tenant_id, role, created_at, id);
CREATE INDEX users_status ON users (tenant_id, status, created_at, id);
CREATE INDEX users_country ON users (tenant_id, country, created_at, id);

-- The words of a person's name and e-mail, for search by the beginnings of words; the same on both engines.
CREATE TABLE user_terms (
    tenant_id BLOB NOT NULL,
    term TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (tenant_id, term, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_terms_user ON user_terms (user_id);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    remembered INTEGER NOT NULL,
    ip TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT
) STRICT;
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, last_used_at);

CREATE TABLE refresh_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    session_id BLOB NOT NULL REFERENCES sessions (id),
    hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Every attempt to sign in, good and bad.
CREATE TABLE sign_ins (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB,
    outcome TEXT NOT NULL,
    ip TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_at ON sign_ins (tenant_id, at, outcome);
CREATE INDEX sign_ins_user ON sign_ins (tenant_id, user_id, at);

-- Keys that sign access tokens. Belong to the installation, not to a tenant.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

CREATE TABLE audit_log (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id BLOB,
    subject_label TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reason TEXT,
    ip TEXT,
    user_agent TEXT,
    request_id BLOB,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_log_seq ON audit_log (tenant_id, seq);
CREATE INDEX audit_log_subject ON audit_log (tenant_id, subject_id, seq);
CREATE INDEX audit_log_actor ON audit_log (tenant_id, actor_id, seq);
CREATE INDEX audit_log_action ON audit_log (tenant_id, action, seq);
CREATE INDEX audit_log_at ON audit_log (tenant_id, at, id);

-- No door changes or removes an audit row, this one included.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log can not be changed'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log can not be changed'); END;

-- What happened, in the order it was committed; open pages follow it.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    topic TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    actor_id BLOB,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_tenant ON events (tenant_id, seq);

CREATE TABLE idempotency_keys (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    owner BLOB NOT NULL,
    status INTEGER,
    body BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Gapless numbers per tenant: orders and whatever else people count.
CREATE TABLE counters (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_views (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    owner_id BLOB NOT NULL REFERENCES users (id),
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    shared INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_views_area ON saved_views (tenant_id, area, created_at, id);
