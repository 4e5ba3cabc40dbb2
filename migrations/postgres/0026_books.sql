-- Proofs of the ledger that were made, periods that were closed, and the comparison of our books with the provider's.

CREATE TABLE ledger_proofs (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    checked_at TIMESTAMPTZ NOT NULL,
    balanced BOOLEAN NOT NULL,
    entries BIGINT NOT NULL,
    findings JSONB NOT NULL,
    currencies JSONB NOT NULL
);
CREATE INDEX ledger_proofs_checked ON ledger_proofs (tenant_id, checked_at, id);
CALL purser_guard('ledger_proofs');

CREATE TABLE ledger_periods (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    -- Nothing is booked before this instant any more.
    ends_at TIMESTAMPTZ NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    closed_by UUID,
    closed_by_name TEXT COLLATE "C" NOT NULL,
    closed_at TIMESTAMPTZ NOT NULL,
    -- What the accounts said at the close.
    balances JSONB NOT NULL
);
CREATE INDEX ledger_periods_ends ON ledger_periods (tenant_id, ends_at, id);
CALL purser_guard('ledger_periods');

CREATE TABLE reconciliation_runs (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    -- Those that reported, separated by commas.
    providers TEXT COLLATE "C" NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ NOT NULL,
    lines BIGINT NOT NULL,
    matched BIGINT NOT NULL,
    -- Fees they kept that were booked.
    fees BIGINT NOT NULL,
    found BIGINT NOT NULL,
    requested_by UUID,
    requested_by_name TEXT COLLATE "C" NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX reconciliation_runs_made ON reconciliation_runs (tenant_id, made_at, id);
CALL purser_guard('reconciliation_runs');

-- What the two books do not agree on. A difference is found once, however often they are compared.
CREATE TABLE reconciliation_exceptions (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    run_id UUID NOT NULL REFERENCES reconciliation_runs (id),
    provider TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- The line in the provider's books, or our booking's name where they have none.
    reference TEXT COLLATE "C" NOT NULL,
    line_kind TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    -- What they say and what we say; money that came in is positive.
    theirs BIGINT NOT NULL,
    ours BIGINT NOT NULL,
    payment_id UUID,
    refund_id UUID,
    happened_at TIMESTAMPTZ NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    posting_id UUID,
    resolved_by UUID,
    resolved_by_name TEXT COLLATE "C",
    resolved_at TIMESTAMPTZ,
    found_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX reconciliation_exceptions_once ON reconciliation_exceptions (tenant_id, provider, reference, kind);
CREATE INDEX reconciliation_exceptions_run ON reconciliation_exceptions (tenant_id, run_id);
CREATE INDEX reconciliation_exceptions_found ON reconciliation_exceptions (tenant_id, found_at, id);
CREATE INDEX reconciliation_exceptions_state ON reconciliation_exceptions (tenant_id, state, found_at, id);
CREATE INDEX ledger_postings_payment ON ledger_postings (payment_id) WHERE payment_id IS NOT NULL;
CALL purser_guard('reconciliation_exceptions');

-- Differences planted in the sandbox provider's report, to try the comparison with.
CREATE TABLE sandbox_differences (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CALL purser_guard('sandbox_differences');
