-- Refunds by line with their exact split; requests that need a second pair of eyes and the rules that say so; disputed payments.

-- How much of `refunded` was discount that went back with the goods.
ALTER TABLE payments ADD COLUMN refunded_discount INTEGER NOT NULL DEFAULT 0;

-- The split is fixed when the refund is accepted. Refunds from before have none; theirs was worked out when they were booked.
ALTER TABLE refunds ADD COLUMN goods INTEGER;
ALTER TABLE refunds ADD COLUMN discount INTEGER;
ALTER TABLE refunds ADD COLUMN tax INTEGER;
ALTER TABLE refunds ADD COLUMN shipping INTEGER;
-- One request may give back several payments of an order.
ALTER TABLE refunds ADD COLUMN request_id BLOB;
ALTER TABLE refunds ADD COLUMN approval_id BLOB;
CREATE INDEX refunds_request ON refunds (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX refunds_person ON refunds (tenant_id, created_by, created_at);
CREATE INDEX refunds_approval ON refunds (approval_id) WHERE approval_id IS NOT NULL;

CREATE TABLE refund_lines (
    order_id BLOB NOT NULL REFERENCES orders (id),
    refund_id BLOB NOT NULL REFERENCES refunds (id),
    line_id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    goods INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    tax INTEGER NOT NULL,
    PRIMARY KEY (order_id, refund_id, line_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE approval_rules (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    effect TEXT NOT NULL,
    min_amount INTEGER CHECK (min_amount > 0),
    currency TEXT,
    per_day INTEGER CHECK (per_day > 0),
    roles TEXT NOT NULL,
    refund_kind TEXT,
    expires_hours INTEGER NOT NULL CHECK (expires_hours > 0),
    active INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((min_amount IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX approval_rules_tenant ON approval_rules (tenant_id, created_at, id);

CREATE TABLE approvals (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    subject_label TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Why it needs somebody else, in words.
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    requested_by BLOB,
    -- Who really asked, if it was somebody acting as them.
    requested_really BLOB,
    requested_by_name TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_by_name TEXT,
    decided_at INTEGER,
    decision_reason TEXT,
    failure_message TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approvals_requested ON approvals (tenant_id, requested_at, id);
CREATE INDEX approvals_state ON approvals (tenant_id, state, requested_at, id);
CREATE INDEX approvals_person ON approvals (tenant_id, requested_by, requested_at, id);
CREATE INDEX approvals_open ON approvals (expires_at) WHERE state IN ('waiting', 'approved');

CREATE TABLE disputes (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    payment_id BLOB NOT NULL REFERENCES payments (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    provider TEXT NOT NULL,
    -- What the provider calls it.
    reference TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    -- What was booked of it: withdrawn and not yet given back, and what the provider kept for its trouble.
    withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    reinstated INTEGER NOT NULL DEFAULT 0 CHECK (reinstated >= 0 AND reinstated <= withdrawn),
    fee INTEGER NOT NULL DEFAULT 0 CHECK (fee >= 0),
    evidence TEXT NOT NULL,
    -- The call to the provider that was begun and has no answer yet: submit, accept.
    pending TEXT,
    failure_message TEXT,
    submitted_at INTEGER,
    decided_at INTEGER,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX disputes_reference ON disputes (tenant_id, provider, reference);
CREATE INDEX disputes_opened ON disputes (tenant_id, opened_at, id);
CREATE INDEX disputes_state ON disputes (tenant_id, state, opened_at, id);
CREATE INDEX disputes_payment ON disputes (payment_id);
CREATE INDEX disputes_order ON disputes (order_id);
CREATE INDEX disputes_pending ON disputes (updated_at) WHERE pending IS NOT NULL;

-- The sandbox provider's own book of disputes.
CREATE TABLE sandbox_disputes (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    charge_key TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;
