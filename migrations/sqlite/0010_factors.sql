-- Second factors, backup codes, unfinished sign-ins, locked accounts, API keys, and what a session and an attempt know beyond that.

CREATE TABLE factors (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('totp', 'email', 'sms', 'passkey')),
    name TEXT NOT NULL,
    -- Sealed: the shared secret, the number, or the passkey's public half.
    secret TEXT NOT NULL,
    -- The id an authenticator gave its credential.
    credential BLOB UNIQUE,
    -- The last 30-second step a code was taken of; no code of it or before is taken again.
    last_step INTEGER,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX factors_user ON factors (tenant_id, user_id, created_at);

CREATE TABLE backup_codes (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX backup_codes_hash ON backup_codes (tenant_id, user_id, hash);

-- What was asked and not answered yet: the second step of a sign-in, a code that was sent, a passkey that is to sign.
CREATE TABLE challenges (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    remembered INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Sealed: what is needed to check the answer.
    state TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX challenges_user ON challenges (tenant_id, user_id, created_at);
CREATE INDEX challenges_expiry ON challenges (expires_at);

-- Failures by account and address, and by account alone (no address). Accounts nobody has count as well, so that nobody can tell.
-- Belongs to the installation: one address may be known to several tenants.
CREATE TABLE lockouts (
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    failures INTEGER NOT NULL,
    since INTEGER NOT NULL,
    locks INTEGER NOT NULL,
    locked_until INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX lockouts_updated ON lockouts (updated_at);

CREATE TABLE api_keys (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    rate INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    last_used_ip TEXT,
    revoked_at INTEGER,
    replaces BLOB
) STRICT;
CREATE INDEX api_keys_made ON api_keys (tenant_id, created_at, id);
CREATE INDEX api_keys_user ON api_keys (tenant_id, user_id, created_at, id);

-- Which keys values in this database were sealed with: a process that lacks them must not start and make new ones.
CREATE TABLE seal_keys (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

ALTER TABLE sessions ADD COLUMN proved_at INTEGER;
ALTER TABLE sessions ADD COLUMN absolute_at INTEGER;

ALTER TABLE sign_ins ADD COLUMN email TEXT;
ALTER TABLE sign_ins ADD COLUMN reason TEXT;
ALTER TABLE sign_ins ADD COLUMN method TEXT;
ALTER TABLE sign_ins ADD COLUMN user_agent TEXT;
ALTER TABLE sign_ins ADD COLUMN session_id BLOB;
ALTER TABLE sign_ins ADD COLUMN new_device INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sign_ins_list ON sign_ins (tenant_id, at, id);
