-- Signing in elsewhere: connections to other parties, who came through them, and sign-ins that are under way there.

CREATE TABLE providers (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('oidc', 'google', 'apple', 'facebook', 'github', 'saml')),
    name TEXT NOT NULL,
    -- The issuer of OpenID Connect, the entity id of SAML.
    issuer TEXT,
    client_id TEXT,
    -- Sealed: the client secret, Apple's key, or our own key that signs SAML requests.
    secret TEXT,
    terms TEXT NOT NULL,
    default_role TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX providers_name ON providers (tenant_id, name);

-- A person as a provider knows them.
CREATE TABLE identities (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    provider_id BLOB NOT NULL REFERENCES providers (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    subject TEXT NOT NULL,
    email TEXT,
    -- Whether the account was made through it, so that its groups give the role.
    made_account INTEGER NOT NULL,
    linked_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX identities_subject ON identities (tenant_id, provider_id, subject);
CREATE UNIQUE INDEX identities_user ON identities (tenant_id, user_id, provider_id);

-- A sign-in that is under way elsewhere: found by what comes back, bound to the browser or program that began it.
CREATE TABLE provider_sign_ins (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    provider_id BLOB NOT NULL REFERENCES providers (id),
    aim TEXT NOT NULL CHECK (aim IN ('sign_in', 'link')),
    user_id BLOB,
    state_hash BLOB NOT NULL UNIQUE,
    binding BLOB NOT NULL,
    -- The loopback port a program waits at.
    port INTEGER,
    remembered INTEGER NOT NULL,
    -- Sealed: what is needed to check what comes back; then, for whoever began it, what was said.
    sealed TEXT,
    code_hash BLOB UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    returned_at INTEGER,
    used_at INTEGER
) STRICT;
CREATE INDEX provider_sign_ins_expiry ON provider_sign_ins (tenant_id, expires_at);
CREATE INDEX provider_sign_ins_provider ON provider_sign_ins (tenant_id, provider_id);

-- Assertions that were taken, until they could not be taken anyway.
CREATE TABLE assertions (
    provider_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (provider_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX assertions_expiry ON assertions (tenant_id, expires_at);
