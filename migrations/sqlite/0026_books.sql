-- Proofs of the ledger that were made, periods that were closed, and the comparison of our books with the provider's.

CREATE TABLE ledger_proofs (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    checked_at INTEGER NOT NULL,
    balanced INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    findings TEXT NOT NULL,
    currencies TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_proofs_checked ON ledger_proofs (tenant_id, checked_at, id);

CREATE TABLE ledger_periods (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    -- Nothing is booked before this instant any more.
    ends_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    closed_by BLOB,
    closed_by_name TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    -- What the accounts said at the close.
    balances TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_periods_ends ON ledger_periods (tenant_id, ends_at, id);

CREATE TABLE reconciliation_runs (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    -- Those that reported, separated by commas.
    providers TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    matched INTEGER NOT NULL,
    -- Fees they kept that were booked.
    fees INTEGER NOT NULL,
    found INTEGER NOT NULL,
    requested_by BLOB,
    requested_by_name TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX reconciliation_runs_made ON reconciliation_runs (tenant_id, made_at, id);

-- What the two books do not agree on. A difference is found once, however often they are compared.
CREATE TABLE reconciliation_exceptions (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    run_id BLOB NOT NULL REFERENCES reconciliation_runs (id),
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The line in the provider's books, or our booking's name where they have none.
    reference TEXT NOT NULL,
    line_kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- What they say and what we say; money that came in is positive.
    theirs INTEGER NOT NULL,
    ours INTEGER NOT NULL,
    payment_id BLOB,
    refund_id BLOB,
    happened_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    posting_id BLOB,
    resolved_by BLOB,
    resolved_by_name TEXT,
    resolved_at INTEGER,
    found_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX reconciliation_exceptions_once ON reconciliation_exceptions (tenant_id, provider, reference, kind);
CREATE INDEX reconciliation_exceptions_run ON reconciliation_exceptions (tenant_id, run_id);
CREATE INDEX reconciliation_exceptions_found ON reconciliation_exceptions (tenant_id, found_at, id);
CREATE INDEX reconciliation_exceptions_state ON reconciliation_exceptions (tenant_id, state, found_at, id);
CREATE INDEX ledger_postings_payment ON ledger_postings (payment_id) WHERE payment_id IS NOT NULL;

-- Differences planted in the sandbox provider's report, to try the comparison with.
CREATE TABLE sandbox_differences (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;
