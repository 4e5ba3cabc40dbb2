-- Refunds by line with their exact split; requests that need a second pair of eyes and the rules that say so; disputed payments.

-- How much of `refunded` was discount that went back with the goods.
ALTER TABLE payments ADD COLUMN refunded_discount BIGINT NOT NULL DEFAULT 0;

-- The split is fixed when the refund is accepted. Refunds from before have none; theirs was worked out when they were booked.
ALTER TABLE refunds ADD COLUMN goods BIGINT;
ALTER TABLE refunds ADD COLUMN discount BIGINT;
ALTER TABLE refunds ADD COLUMN tax BIGINT;
ALTER TABLE refunds ADD COLUMN shipping BIGINT;
-- One request may give back several payments of an order.
ALTER TABLE refunds ADD COLUMN request_id UUID;
ALTER TABLE refunds ADD COLUMN approval_id UUID;
CREATE INDEX refunds_request ON refunds (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX refunds_person ON refunds (tenant_id, created_by, created_at);
CREATE INDEX refunds_approval ON refunds (approval_id) WHERE approval_id IS NOT NULL;

CREATE TABLE refund_lines (
    order_id UUID NOT NULL REFERENCES orders (id),
    refund_id UUID NOT NULL REFERENCES refunds (id),
    line_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    goods BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    PRIMARY KEY (order_id, refund_id, line_id)
);
CALL purser_guard('refund_lines');

CREATE TABLE approval_rules (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    effect TEXT COLLATE "C" NOT NULL,
    min_amount BIGINT CHECK (min_amount > 0),
    currency TEXT COLLATE "C",
    per_day BIGINT CHECK (per_day > 0),
    roles JSONB NOT NULL,
    refund_kind TEXT COLLATE "C",
    expires_hours BIGINT NOT NULL CHECK (expires_hours > 0),
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK ((min_amount IS NULL) = (currency IS NULL))
);
CREATE INDEX approval_rules_tenant ON approval_rules (tenant_id, created_at, id);
CALL purser_guard('approval_rules');

CREATE TABLE approvals (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL,
    subject_type TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    subject_label TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- Why it needs somebody else, in words.
    cause TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    requested_by UUID,
    -- Who really asked, if it was somebody acting as them.
    requested_really UUID,
    requested_by_name TEXT COLLATE "C" NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    decided_by UUID,
    decided_by_name TEXT COLLATE "C",
    decided_at TIMESTAMPTZ,
    decision_reason TEXT COLLATE "C",
    failure_message TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX approvals_requested ON approvals (tenant_id, requested_at, id);
CREATE INDEX approvals_state ON approvals (tenant_id, state, requested_at, id);
CREATE INDEX approvals_person ON approvals (tenant_id, requested_by, requested_at, id);
CREATE INDEX approvals_open ON approvals (expires_at) WHERE state IN ('waiting', 'approved');
CALL purser_guard('approvals');

CREATE TABLE disputes (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    payment_id UUID NOT NULL REFERENCES payments (id),
    order_id UUID NOT NULL REFERENCES orders (id),
    provider TEXT COLLATE "C" NOT NULL,
    -- What the provider calls it.
    reference TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    due_at TIMESTAMPTZ,
    -- What was booked of it: withdrawn and not yet given back, and what the provider kept for its trouble.
    withdrawn BIGINT NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    reinstated BIGINT NOT NULL DEFAULT 0 CHECK (reinstated >= 0 AND reinstated <= withdrawn),
    fee BIGINT NOT NULL DEFAULT 0 CHECK (fee >= 0),
    evidence JSONB NOT NULL,
    -- The call to the provider that was begun and has no answer yet: submit, accept.
    pending TEXT COLLATE "C",
    failure_message TEXT COLLATE "C",
    submitted_at TIMESTAMPTZ,
    decided_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX disputes_reference ON disputes (tenant_id, provider, reference);
CREATE INDEX disputes_opened ON disputes (tenant_id, opened_at, id);
CREATE INDEX disputes_state ON disputes (tenant_id, state, opened_at, id);
CREATE INDEX disputes_payment ON disputes (payment_id);
CREATE INDEX disputes_order ON disputes (order_id);
CREATE INDEX disputes_pending ON disputes (updated_at) WHERE pending IS NOT NULL;
CALL purser_guard('disputes');

-- The sandbox provider's own book of disputes.
CREATE TABLE sandbox_disputes (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT COLLATE "C" NOT NULL,
    charge_key TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    fee BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CALL purser_guard('sandbox_disputes');
