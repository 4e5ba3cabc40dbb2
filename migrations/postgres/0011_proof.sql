-- Proof of an address and of a person by a link in a mail, and what is known of a password beside its hash.

-- A link works once. The hash of its secret finds it; the secret itself is kept sealed (the key is not in the database) for the mail that
-- is to hold it, and no longer than the link works.
CREATE TABLE one_time_links (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    purpose TEXT COLLATE "C" NOT NULL,
    -- The address it was sent to; worth nothing once the person has another.
    email_key TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    sealed TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    replaced_at TIMESTAMPTZ,
    CHECK (sealed IS NULL OR (used_at IS NULL AND replaced_at IS NULL))
);
CREATE INDEX one_time_links_user ON one_time_links (tenant_id, user_id, purpose, created_at);
CREATE INDEX one_time_links_expiry ON one_time_links (tenant_id, expires_at);

CREATE TABLE password_standings (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    changed_at TIMESTAMPTZ NOT NULL,
    -- Nothing else may be done before it is changed.
    must_change BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE password_history (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    hash TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX password_history_user ON password_history (tenant_id, user_id, created_at, id);

-- Passwords that are here already count as changed now: nobody is locked out by the day this comes into force.
INSERT INTO password_standings (user_id, tenant_id, changed_at) SELECT id, tenant_id, now() FROM users WHERE password_hash IS NOT NULL;
CALL purser_guard('one_time_links');
CALL purser_guard('password_standings');
CALL purser_guard('password_history');
