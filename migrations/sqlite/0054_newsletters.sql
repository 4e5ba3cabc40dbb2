-- Newsletters: who agreed to get any, what was written, what became of it for each person, and where none goes any more.

-- One row for each person who was ever asked: what holds now, since when, and how they said so. Without a row the answer is no.
CREATE TABLE newsletter_consents (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
    how TEXT NOT NULL CHECK (how IN ('own', 'staff', 'link')),
    -- What staff wrote down about how it was given.
    note TEXT,
    by_name TEXT NOT NULL,
    by_id BLOB,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT;

CREATE TABLE newsletters (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    subject_en TEXT NOT NULL,
    text_en TEXT NOT NULL,
    subject_de TEXT NOT NULL,
    text_de TEXT NOT NULL,
    -- Countries it is for, with spaces between; empty: all.
    countries TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'sending', 'sent')),
    -- When it is sent, or was to be.
    send_at INTEGER,
    -- Raised by every "send again".
    round INTEGER NOT NULL DEFAULT 0,
    -- How far the people of this round were written down.
    gathered_to BLOB,
    gathered INTEGER NOT NULL DEFAULT 0 CHECK (gathered IN (0, 1)),
    batches INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL,
    created_by BLOB,
    created_by_name TEXT NOT NULL,
    sent_by BLOB,
    sent_by_name TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
) STRICT;
CREATE INDEX newsletters_created ON newsletters (tenant_id, created_at, id);

-- One newsletter for one person.
CREATE TABLE newsletter_deliveries (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    newsletter_id BLOB NOT NULL REFERENCES newsletters (id),
    user_id BLOB NOT NULL,
    -- Where it went; empty until it did, and once the person was erased.
    address TEXT NOT NULL DEFAULT '',
    batch INTEGER NOT NULL,
    -- 'sending' while it is handed over: whoever finds it so after a crash can not know whether it went out.
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'skipped')),
    -- Why it failed or was left out, in a word, and in a sentence where there is one.
    why TEXT,
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE UNIQUE INDEX newsletter_deliveries_once ON newsletter_deliveries (newsletter_id, user_id);
CREATE INDEX newsletter_deliveries_created ON newsletter_deliveries (tenant_id, newsletter_id, created_at, id);
CREATE INDEX newsletter_deliveries_state ON newsletter_deliveries (tenant_id, newsletter_id, state, user_id);
CREATE INDEX newsletter_deliveries_batch ON newsletter_deliveries (tenant_id, newsletter_id, batch, state);
CREATE INDEX newsletter_deliveries_old ON newsletter_deliveries (tenant_id, created_at);
CREATE INDEX newsletter_deliveries_user ON newsletter_deliveries (tenant_id, user_id);

-- Addresses no newsletter goes to any more.
CREATE TABLE newsletter_suppressions (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('bounced', 'unsubscribed')),
    -- What the server of the address said, by its number.
    error TEXT,
    newsletter_id BLOB,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX newsletter_suppressions_once ON newsletter_suppressions (tenant_id, email_key);
CREATE INDEX newsletter_suppressions_created ON newsletter_suppressions (tenant_id, created_at, id);
