-- Stored credit: what a customer may still spend with us, one row a currency, and every move of it.
CREATE TABLE credits (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    customer_id BLOB NOT NULL REFERENCES users (id),
    currency TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX credits_customer ON credits (tenant_id, customer_id, currency);
CREATE INDEX credits_updated ON credits (tenant_id, updated_at, id);
CREATE INDEX credits_balance ON credits (tenant_id, balance, id);

CREATE TABLE credit_moves (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    customer_id BLOB NOT NULL REFERENCES users (id),
    currency TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('given', 'taken_back', 'refund', 'spent')),
    -- More of it is positive.
    amount INTEGER NOT NULL CHECK (amount <> 0),
    -- What there was afterwards.
    balance INTEGER NOT NULL CHECK (balance >= 0),
    order_id BLOB,
    payment_id BLOB,
    refund_id BLOB,
    reason TEXT NOT NULL,
    created_by BLOB,
    created_by_name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credit_moves_created ON credit_moves (tenant_id, created_at, id);
CREATE INDEX credit_moves_customer ON credit_moves (tenant_id, customer_id, created_at, id);
CREATE INDEX credit_moves_by ON credit_moves (tenant_id, created_by, created_at) WHERE kind = 'given';

-- A refund may go to its customer's stored credit rather than back the way the money came.
ALTER TABLE refunds ADD COLUMN to_credit INTEGER NOT NULL DEFAULT 0 CHECK (to_credit IN (0, 1));

-- What customers owe us: an order that was sold on account, one row a payment. What was sold is what is owed, what came, what was given up, and
-- what was taken off because goods came back.
CREATE TABLE receivables (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    customer_id BLOB NOT NULL REFERENCES users (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    owed INTEGER NOT NULL CHECK (owed >= 0),
    received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
    written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    taken_off INTEGER NOT NULL DEFAULT 0 CHECK (taken_off >= 0),
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (owed + received + written_off + taken_off = amount)
) STRICT;
CREATE INDEX receivables_created ON receivables (tenant_id, created_at, id);
CREATE INDEX receivables_due ON receivables (tenant_id, due_at, id);
CREATE INDEX receivables_open ON receivables (tenant_id, due_at, id) WHERE owed > 0;
CREATE INDEX receivables_order ON receivables (tenant_id, order_id);
CREATE INDEX receivables_customer ON receivables (tenant_id, customer_id);
