-- More ways in: passkeys that are asked before anybody is known, codes that were sent, devices a person signed in with before.

-- A passkey that is to sign before anybody is known. Belongs to the installation; taken out by its answer, right or wrong.
CREATE TABLE passkey_requests (
    hash BYTEA PRIMARY KEY NOT NULL,
    -- Sealed: what is needed to check the answer.
    state TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX passkey_requests_expiry ON passkey_requests (expires_at);

-- Codes that were sent by mail or as text messages. The hash checks one; the code itself is kept sealed for the message that is to hold it,
-- and no longer than it works.
CREATE TABLE sent_codes (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms')),
    -- The sign-in, session or enrolment it was sent for; it is good for no other.
    bound_to UUID NOT NULL,
    hash BYTEA NOT NULL,
    sealed TEXT COLLATE "C",
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    replaced_at TIMESTAMPTZ,
    CHECK (sealed IS NULL OR (used_at IS NULL AND replaced_at IS NULL))
);
CREATE INDEX sent_codes_user ON sent_codes (tenant_id, user_id, channel, created_at);
CREATE INDEX sent_codes_expiry ON sent_codes (tenant_id, expires_at);
CALL purser_guard('sent_codes');

-- Text messages are kept with the mails: a message of either kind may hold a code.
ALTER TABLE mails ADD COLUMN channel TEXT COLLATE "C" NOT NULL DEFAULT 'email';
ALTER TABLE mails ADD COLUMN code_id UUID;

-- Browsers a person signed in with, by the hash of a cookie that is good for nothing else.
CREATE TABLE known_devices (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id, hash)
);
CREATE INDEX known_devices_used ON known_devices (tenant_id, last_used_at);
CALL purser_guard('known_devices');
