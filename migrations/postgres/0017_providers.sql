-- Signing in elsewhere: connections to other parties, who came through them, and sign-ins that are under way there.

CREATE TABLE providers (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('oidc', 'google', 'apple', 'facebook', 'github', 'saml')),
    name TEXT COLLATE "C" NOT NULL,
    -- The issuer of OpenID Connect, the entity id of SAML.
    issuer TEXT COLLATE "C",
    client_id TEXT COLLATE "C",
    -- Sealed: the client secret, Apple's key, or our own key that signs SAML requests.
    secret TEXT COLLATE "C",
    terms TEXT COLLATE "C" NOT NULL,
    default_role TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX providers_name ON providers (tenant_id, name);

-- A person as a provider knows them.
CREATE TABLE identities (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    provider_id UUID NOT NULL REFERENCES providers (id),
    user_id UUID NOT NULL REFERENCES users (id),
    subject TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    -- Whether the account was made through it, so that its groups give the role.
    made_account BOOLEAN NOT NULL,
    linked_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX identities_subject ON identities (tenant_id, provider_id, subject);
CREATE UNIQUE INDEX identities_user ON identities (tenant_id, user_id, provider_id);

-- A sign-in that is under way elsewhere: found by what comes back, bound to the browser or program that began it.
CREATE TABLE provider_sign_ins (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    provider_id UUID NOT NULL REFERENCES providers (id),
    aim TEXT COLLATE "C" NOT NULL CHECK (aim IN ('sign_in', 'link')),
    user_id UUID,
    state_hash BYTEA NOT NULL UNIQUE,
    binding BYTEA NOT NULL,
    -- The loopback port a program waits at.
    port BIGINT,
    remembered BOOLEAN NOT NULL,
    -- Sealed: what is needed to check what comes back; then, for whoever began it, what was said.
    sealed TEXT COLLATE "C",
    code_hash BYTEA UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    returned_at TIMESTAMPTZ,
    used_at TIMESTAMPTZ
);
CREATE INDEX provider_sign_ins_expiry ON provider_sign_ins (tenant_id, expires_at);
CREATE INDEX provider_sign_ins_provider ON provider_sign_ins (tenant_id, provider_id);

-- Assertions that were taken, until they could not be taken anyway.
CREATE TABLE assertions (
    provider_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider_id, hash)
);
CREATE INDEX assertions_expiry ON assertions (tenant_id, expires_at);

CALL purser_guard('providers');
CALL purser_guard('identities');
CALL purser_guard('provider_sign_ins');
CALL purser_guard('assertions');
