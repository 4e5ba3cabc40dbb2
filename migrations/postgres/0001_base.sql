-- Tenants, people, sessions, audit, events and the small tables every area leans on.
-- The same tables as the SQLite folder. Tenant tables are guarded by row-level security as the second wall behind the WHERE clauses.

CREATE TABLE tenants (
    id UUID PRIMARY KEY NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    currency TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    settings JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    email TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    first_name TEXT COLLATE "C" NOT NULL,
    last_name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    country TEXT COLLATE "C",
    language TEXT COLLATE "C",
    notes TEXT COLLATE "C",
    email_verified BOOLEAN NOT NULL DEFAULT FALSE,
    last_login_at TIMESTAMPTZ,
    locked_at TIMESTAMPTZ,
    lock_reason TEXT COLLATE "C",
    deleted_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
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
    tenant_id UUID NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    PRIMARY KEY (tenant_id, term, user_id)
);
CREATE INDEX user_terms_user ON user_terms (user_id);

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    remembered BOOLEAN NOT NULL,
    ip TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    end_reason TEXT COLLATE "C"
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, last_used_at);

CREATE TABLE refresh_tokens (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    session_id UUID NOT NULL REFERENCES sessions (id),
    hash BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Every attempt to sign in, good and bad.
CREATE TABLE sign_ins (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID,
    outcome TEXT COLLATE "C" NOT NULL,
    ip TEXT COLLATE "C",
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_ins_at ON sign_ins (tenant_id, at, outcome);
CREATE INDEX sign_ins_user ON sign_ins (tenant_id, user_id, at);

-- Keys that sign access tokens. Belong to the installation, not to a tenant.
CREATE TABLE signing_keys (
    kid TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    private_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ
);

CREATE TABLE audit_log (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    seq BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id UUID,
    actor_name TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject_type TEXT COLLATE "C" NOT NULL,
    subject_id UUID,
    subject_label TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    after TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    ip TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    request_id UUID,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE UNIQUE INDEX audit_log_seq ON audit_log (tenant_id, seq);
CREATE INDEX audit_log_subject ON audit_log (tenant_id, subject_id, seq);
CREATE INDEX audit_log_actor ON audit_log (tenant_id, actor_id, seq);
CREATE INDEX audit_log_action ON audit_log (tenant_id, action, seq);
CREATE INDEX audit_log_at ON audit_log (tenant_id, at, id);

-- No door changes or removes an audit row, this one included.
CREATE FUNCTION purser_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log can not be changed'; END $$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION purser_refuse_change();

-- What happened, in the order it was committed; open pages follow it.
CREATE TABLE events (
    seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    topic TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    actor_id UUID,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX events_tenant ON events (tenant_id, seq);

CREATE TABLE idempotency_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    caller TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    owner UUID NOT NULL,
    status BIGINT,
    body BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, caller, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Gapless numbers per tenant: orders and whatever else people count.
CREATE TABLE counters (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE saved_views (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    owner_id UUID NOT NULL REFERENCES users (id),
    area TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    shared BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX saved_views_area ON saved_views (tenant_id, area, created_at, id);

-- A transaction names its tenant in purser.tenant; '*' is Purser itself (sign-in, jobs, verification). Nothing named, nothing seen.
CREATE FUNCTION purser_sees(tenant UUID) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT current_setting('purser.tenant', true) IN ('*', tenant::text) $$;
CREATE PROCEDURE purser_guard(guarded regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY tenant ON %s USING (purser_sees(tenant_id)) WITH CHECK (purser_sees(tenant_id))', guarded);
END $$;
CALL purser_guard('users');
CALL purser_guard('user_terms');
CALL purser_guard('sessions');
CALL purser_guard('refresh_tokens');
CALL purser_guard('sign_ins');
CALL purser_guard('audit_log');
CALL purser_guard('events');
CALL purser_guard('idempotency_keys');
CALL purser_guard('counters');
CALL purser_guard('saved_views');
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenants USING (purser_sees(id)) WITH CHECK (purser_sees(id));
