-- Newsletters: who agreed to get any, what was written, what became of it for each person, and where none goes any more.

-- One row for each person who was ever asked: what holds now, since when, and how they said so. Without a row the answer is no.
CREATE TABLE newsletter_consents (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    agreed BOOLEAN NOT NULL,
    how TEXT COLLATE "C" NOT NULL CHECK (how IN ('own', 'staff', 'link')),
    -- What staff wrote down about how it was given.
    note TEXT COLLATE "C",
    by_name TEXT COLLATE "C" NOT NULL,
    by_id UUID,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE newsletters (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    subject_en TEXT COLLATE "C" NOT NULL,
    text_en TEXT COLLATE "C" NOT NULL,
    subject_de TEXT COLLATE "C" NOT NULL,
    text_de TEXT COLLATE "C" NOT NULL,
    -- Countries it is for, with spaces between; empty: all.
    countries TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'scheduled', 'sending', 'sent')),
    -- When it is sent, or was to be.
    send_at TIMESTAMPTZ,
    -- Raised by every "send again".
    round BIGINT NOT NULL DEFAULT 0,
    -- How far the people of this round were written down.
    gathered_to UUID,
    gathered BOOLEAN NOT NULL DEFAULT FALSE,
    batches BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    sent BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL,
    created_by UUID,
    created_by_name TEXT COLLATE "C" NOT NULL,
    sent_by UUID,
    sent_by_name TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ
);
CREATE INDEX newsletters_created ON newsletters (tenant_id, created_at, id);

-- One newsletter for one person.
CREATE TABLE newsletter_deliveries (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    newsletter_id UUID NOT NULL REFERENCES newsletters (id),
    user_id UUID NOT NULL,
    -- Where it went; empty until it did, and once the person was erased.
    address TEXT COLLATE "C" NOT NULL DEFAULT '',
    batch BIGINT NOT NULL,
    -- 'sending' while it is handed over: whoever finds it so after a crash can not know whether it went out.
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'skipped')),
    -- Why it failed or was left out, in a word, and in a sentence where there is one.
    why TEXT COLLATE "C",
    error TEXT COLLATE "C",
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX newsletter_deliveries_once ON newsletter_deliveries (newsletter_id, user_id);
CREATE INDEX newsletter_deliveries_created ON newsletter_deliveries (tenant_id, newsletter_id, created_at, id);
CREATE INDEX newsletter_deliveries_state ON newsletter_deliveries (tenant_id, newsletter_id, state, user_id);
CREATE INDEX newsletter_deliveries_batch ON newsletter_deliveries (tenant_id, newsletter_id, batch, state);
CREATE INDEX newsletter_deliveries_old ON newsletter_deliveries (tenant_id, created_at);
CREATE INDEX newsletter_deliveries_user ON newsletter_deliveries (tenant_id, user_id);

-- Addresses no newsletter goes to any more.
CREATE TABLE newsletter_suppressions (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    email TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL CHECK (reason IN ('bounced', 'unsubscribed')),
    -- What the server of the address said, by its number.
    error TEXT COLLATE "C",
    newsletter_id UUID,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX newsletter_suppressions_once ON newsletter_suppressions (tenant_id, email_key);
CREATE INDEX newsletter_suppressions_created ON newsletter_suppressions (tenant_id, created_at, id);

CALL purser_guard('newsletter_consents');
CALL purser_guard('newsletters');
CALL purser_guard('newsletter_deliveries');
CALL purser_guard('newsletter_suppressions');
