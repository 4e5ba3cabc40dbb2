-- Second factors, backup codes, unfinished sign-ins, locked accounts, API keys, and what a session and an attempt know beyond that.

CREATE TABLE factors (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('totp', 'email', 'sms', 'passkey')),
    name TEXT COLLATE "C" NOT NULL,
    -- Sealed: the shared secret, the number, or the passkey's public half.
    secret TEXT COLLATE "C" NOT NULL,
    -- The id an authenticator gave its credential.
    credential BYTEA UNIQUE,
    -- The last 30-second step a code was taken of; no code of it or before is taken again.
    last_step BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX factors_user ON factors (tenant_id, user_id, created_at);

CREATE TABLE backup_codes (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX backup_codes_hash ON backup_codes (tenant_id, user_id, hash);

-- What was asked and not answered yet: the second step of a sign-in, a code that was sent, a passkey that is to sign.
CREATE TABLE challenges (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    purpose TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    remembered BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Sealed: what is needed to check the answer.
    state TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX challenges_user ON challenges (tenant_id, user_id, created_at);
CREATE INDEX challenges_expiry ON challenges (expires_at);

-- Failures by account and address, and by account alone (no address). Accounts nobody has count as well, so that nobody can tell.
-- Belongs to the installation: one address may be known to several tenants.
CREATE TABLE lockouts (
    account TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    locks BIGINT NOT NULL,
    locked_until TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, address)
);
CREATE INDEX lockouts_updated ON lockouts (updated_at);

CREATE TABLE api_keys (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    scopes TEXT COLLATE "C" NOT NULL,
    rate BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    last_used_ip TEXT COLLATE "C",
    revoked_at TIMESTAMPTZ,
    replaces UUID
);
CREATE INDEX api_keys_made ON api_keys (tenant_id, created_at, id);
CREATE INDEX api_keys_user ON api_keys (tenant_id, user_id, created_at, id);

-- Which keys values in this database were sealed with: a process that lacks them must not start and make new ones.
CREATE TABLE seal_keys (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

ALTER TABLE sessions ADD COLUMN proved_at TIMESTAMPTZ;
ALTER TABLE sessions ADD COLUMN absolute_at TIMESTAMPTZ;

ALTER TABLE sign_ins ADD COLUMN email TEXT COLLATE "C";
ALTER TABLE sign_ins ADD COLUMN reason TEXT COLLATE "C";
ALTER TABLE sign_ins ADD COLUMN method TEXT COLLATE "C";
ALTER TABLE sign_ins ADD COLUMN user_agent TEXT COLLATE "C";
ALTER TABLE sign_ins ADD COLUMN session_id UUID;
ALTER TABLE sign_ins ADD COLUMN new_device BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX sign_ins_list ON sign_ins (tenant_id, at, id);

CALL purser_guard('factors');
CALL purser_guard('backup_codes');
CALL purser_guard('challenges');
CALL purser_guard('api_keys');
