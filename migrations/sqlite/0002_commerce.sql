-- Products, orders, payments, refunds, the ledger, and the books of the built-in payment sandbox.
-- Each secondary index serves a list the console shows; wide tables keep rowids, narrow ones that are read in ranges are clustered.

CREATE TABLE products (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    sku TEXT NOT NULL,
    description TEXT,
    price INTEGER NOT NULL CHECK (price >= 0),
    currency TEXT NOT NULL,
    weight_g INTEGER NOT NULL CHECK (weight_g >= 0),
    stock INTEGER NOT NULL CHECK (stock >= 0),
    active INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX products_sku ON products (tenant_id, sku);
CREATE INDEX products_created ON products (tenant_id, created_at, id);
CREATE INDEX products_name ON products (tenant_id, name_key, id);
CREATE INDEX products_price ON products (tenant_id, price, id);
CREATE INDEX products_stock ON products (tenant_id, stock, id);

CREATE TABLE orders (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    number INTEGER NOT NULL,
    -- The number another system gave it, if it was brought in.
    reference TEXT,
    customer_id BLOB NOT NULL REFERENCES users (id),
    state TEXT NOT NULL,
    payment_state TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    item_count INTEGER NOT NULL CHECK (item_count > 0),
    subtotal INTEGER NOT NULL CHECK (subtotal >= 0),
    discount INTEGER NOT NULL CHECK (discount >= 0),
    tax INTEGER NOT NULL CHECK (tax >= 0),
    shipping INTEGER NOT NULL CHECK (shipping >= 0),
    total INTEGER NOT NULL,
    paid INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    notes TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (total >= 0 AND total = subtotal - discount + tax + shipping),
    CHECK (refunded >= 0 AND refunded <= paid AND paid <= total)
) STRICT;
CREATE UNIQUE INDEX orders_number ON orders (tenant_id, number);
CREATE UNIQUE INDEX orders_reference ON orders (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX orders_state ON orders (tenant_id, state, created_at, id);
CREATE INDEX orders_money ON orders (tenant_id, payment_state, created_at, id);
CREATE INDEX orders_customer ON orders (tenant_id, customer_id, created_at, id);
CREATE INDEX orders_country ON orders (tenant_id, country, created_at, id);
CREATE INDEX orders_total ON orders (tenant_id, total, id);
-- Also answers the figures of the home page without touching the rows.
CREATE INDEX orders_created ON orders (tenant_id, created_at, id, currency, state, paid, refunded);

CREATE TABLE order_lines (
    order_id BLOB NOT NULL REFERENCES orders (id),
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    product_id BLOB,
    name TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    total INTEGER NOT NULL CHECK (total = quantity * unit_price),
    PRIMARY KEY (order_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    customer_id BLOB NOT NULL REFERENCES users (id),
    provider TEXT NOT NULL,
    method TEXT NOT NULL,
    capture_mode TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The call to the provider that was begun and has no answer yet: authorise, confirm, capture, void. Its key is the payment's id with
    -- this word, so that asking again can never do it twice.
    pending TEXT,
    pending_amount INTEGER,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    captured INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    refund_pending INTEGER NOT NULL DEFAULT 0,
    -- How much of `refunded` was tax and shipping; the rest was goods.
    refunded_tax INTEGER NOT NULL DEFAULT 0,
    refunded_shipping INTEGER NOT NULL DEFAULT 0,
    failure_code TEXT,
    failure_message TEXT,
    next_action_url TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    captured_at INTEGER,
    updated_at INTEGER NOT NULL,
    CHECK (captured >= 0 AND captured <= amount),
    CHECK (refunded >= 0 AND refund_pending >= 0 AND refunded + refund_pending <= captured)
) STRICT;
CREATE INDEX payments_created ON payments (tenant_id, created_at, id);
CREATE INDEX payments_state ON payments (tenant_id, state, created_at, id);
CREATE INDEX payments_customer ON payments (tenant_id, customer_id, created_at, id);
CREATE INDEX payments_amount ON payments (tenant_id, amount, id);
CREATE INDEX payments_order ON payments (order_id);
CREATE INDEX payments_open ON payments (updated_at) WHERE pending IS NOT NULL;

CREATE TABLE refunds (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    payment_id BLOB NOT NULL REFERENCES payments (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    failure_message TEXT,
    created_by BLOB,
    created_by_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE INDEX refunds_created ON refunds (tenant_id, created_at, id);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_open ON refunds (created_at) WHERE state IN ('pending', 'unknown');

CREATE TABLE ledger_accounts (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_accounts_code ON ledger_accounts (tenant_id, currency, code);

-- The running sums of each account, kept in the transaction of each booking.
CREATE TABLE balances (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES ledger_accounts (id),
    tenant_id BLOB NOT NULL,
    debit INTEGER NOT NULL DEFAULT 0 CHECK (debit >= 0),
    credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0)
) STRICT, WITHOUT ROWID;

-- One booking; its entries sum to nothing.
CREATE TABLE ledger_postings (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    memo TEXT NOT NULL,
    order_id BLOB REFERENCES orders (id),
    payment_id BLOB,
    refund_id BLOB,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_postings_order ON ledger_postings (order_id) WHERE order_id IS NOT NULL;

-- Debits are positive, credits negative. Clustered by time, so the entries of a booking lie together.
CREATE TABLE ledger_entries (
    tenant_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    posting_id BLOB NOT NULL REFERENCES ledger_postings (id),
    account_id BLOB NOT NULL REFERENCES ledger_accounts (id),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (tenant_id, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, at, id);

-- A booking is never changed or removed; a mistake is booked back.
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'the ledger can not be changed'); END;
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'the ledger can not be changed'); END;
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger can not be changed'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger can not be changed'); END;

-- What the idempotency key's request set out to make; after a crash the repeat looks whether it is there.
ALTER TABLE idempotency_keys ADD COLUMN subject_id BLOB;

-- The books of the built-in sandbox provider: a separate party, which refuses by its own rules and never reads the tables above.
CREATE TABLE sandbox_charges (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    method TEXT NOT NULL,
    capture_mode TEXT NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    captured INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    failure_code TEXT,
    ready_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key),
    CHECK (captured >= 0 AND captured <= amount AND refunded >= 0 AND refunded <= captured)
) STRICT, WITHOUT ROWID;

CREATE TABLE sandbox_refunds (
    tenant_id BLOB NOT NULL,
    key TEXT NOT NULL,
    charge_key TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;
