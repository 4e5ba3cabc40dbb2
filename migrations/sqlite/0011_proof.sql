-- Proof of an address and of a person by a link in a mail, and what is known of a password beside its hash.

-- A link works once. The hash of its secret finds it; the secret itself is kept sealed (the key is not in the database) for the mail that
-- is to hold it, and no longer than the link works.
CREATE TABLE one_time_links (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    -- The address it was sent to; worth nothing once the person has another.
    email_key TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    sealed TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    replaced_at INTEGER,
    CHECK (sealed IS NULL OR (used_at IS NULL AND replaced_at IS NULL))
) STRICT;
CREATE INDEX one_time_links_user ON one_time_links (tenant_id, user_id, purpose, created_at);
CREATE INDEX one_time_links_expiry ON one_time_links (tenant_id, expires_at);

CREATE TABLE password_standings (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    changed_at INTEGER NOT NULL,
    -- Nothing else may be done before it is changed.
    must_change INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE password_history (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_history_user ON password_history (tenant_id, user_id, created_at, id);

-- Passwords that are here already count as changed now: nobody is locked out by the day this comes into force.
INSERT INTO password_standings (user_id, tenant_id, changed_at) SELECT id, tenant_id, unixepoch() * 1000000 FROM users WHERE password_hash IS NOT NULL;
