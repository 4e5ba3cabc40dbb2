-- Products, orders, payments, refunds, the ledger, and the books of the built-in payment sandbox.
-- The same tables as the SQLite folder; each secondary index serves a list the console shows.

CREATE TABLE products (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    price BIGINT NOT NULL CHECK (price >= 0),
    currency TEXT COLLATE "C" NOT NULL,
    weight_g BIGINT NOT NULL CHECK (weight_g >= 0),
    stock BIGINT NOT NULL CHECK (stock >= 0),
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX products_sku ON products (tenant_id, sku);
CREATE INDEX products_created ON products (tenant_id, created_at, id);
CREATE INDEX products_name ON products (tenant_id, name_key, id);
CREATE INDEX products_price ON products (tenant_id, price, id);
CREATE INDEX products_stock ON products (tenant_id, stock, id);

CREATE TABLE orders (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    number BIGINT NOT NULL,
    -- The number another system gave it, if it was brought in.
    reference TEXT COLLATE "C",
    customer_id UUID NOT NULL REFERENCES users (id),
    state TEXT COLLATE "C" NOT NULL,
    payment_state TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    item_count BIGINT NOT NULL CHECK (item_count > 0),
    subtotal BIGINT NOT NULL CHECK (subtotal >= 0),
    discount BIGINT NOT NULL CHECK (discount >= 0),
    tax BIGINT NOT NULL CHECK (tax >= 0),
    shipping BIGINT NOT NULL CHECK (shipping >= 0),
    total BIGINT NOT NULL,
    paid BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0,
    source TEXT COLLATE "C" NOT NULL,
    address JSONB NOT NULL,
    notes TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (total >= 0 AND total = subtotal - discount + tax + shipping),
    CHECK (refunded >= 0 AND refunded <= paid AND paid <= total)
);
CREATE UNIQUE INDEX orders_number ON orders (tenant_id, number);
CREATE UNIQUE INDEX orders_reference ON orders (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX orders_state ON orders (tenant_id, state, created_at, id);
CREATE INDEX orders_money ON orders (tenant_id, payment_state, created_at, id);
CREATE INDEX orders_customer ON orders (tenant_id, customer_id, created_at, id);
CREATE INDEX orders_country ON orders (tenant_id, country, created_at, id);
CREATE INDEX orders_total ON orders (tenant_id, total, id);
-- Also answers the figures of the home page without touching the rows.
CREATE INDEX orders_created ON orders (tenant_id, created_at, id) INCLUDE (currency, state, paid, refunded);

CREATE TABLE order_lines (
    order_id UUID NOT NULL REFERENCES orders (id),
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    product_id UUID,
    name TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    unit_price BIGINT NOT NULL CHECK (unit_price >= 0),
    total BIGINT NOT NULL CHECK (total = quantity * unit_price),
    PRIMARY KEY (order_id, id)
);

CREATE TABLE payments (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    order_id UUID NOT NULL REFERENCES orders (id),
    customer_id UUID NOT NULL REFERENCES users (id),
    provider TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    capture_mode TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- The call to the provider that was begun and has no answer yet: authorise, confirm, capture, void. Its key is the payment's id with
    -- this word, so that asking again can never do it twice.
    pending TEXT COLLATE "C",
    pending_amount BIGINT,
    currency TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    captured BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0,
    refund_pending BIGINT NOT NULL DEFAULT 0,
    -- How much of `refunded` was tax and shipping; the rest was goods.
    refunded_tax BIGINT NOT NULL DEFAULT 0,
    refunded_shipping BIGINT NOT NULL DEFAULT 0,
    failure_code TEXT COLLATE "C",
    failure_message TEXT COLLATE "C",
    next_action_url TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    captured_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (captured >= 0 AND captured <= amount),
    CHECK (refunded >= 0 AND refund_pending >= 0 AND refunded + refund_pending <= captured)
);
CREATE INDEX payments_created ON payments (tenant_id, created_at, id);
CREATE INDEX payments_state ON payments (tenant_id, state, created_at, id);
CREATE INDEX payments_customer ON payments (tenant_id, customer_id, created_at, id);
CREATE INDEX payments_amount ON payments (tenant_id, amount, id);
CREATE INDEX payments_order ON payments (order_id);
CREATE INDEX payments_open ON payments (updated_at) WHERE pending IS NOT NULL;

CREATE TABLE refunds (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    payment_id UUID NOT NULL REFERENCES payments (id),
    order_id UUID NOT NULL REFERENCES orders (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    failure_message TEXT COLLATE "C",
    created_by UUID,
    created_by_name TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    settled_at TIMESTAMPTZ
);
CREATE INDEX refunds_created ON refunds (tenant_id, created_at, id);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_open ON refunds (created_at) WHERE state IN ('pending', 'unknown');

CREATE TABLE ledger_accounts (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX ledger_accounts_code ON ledger_accounts (tenant_id, currency, code);

-- The running sums of each account, kept in the transaction of each booking.
CREATE TABLE balances (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES ledger_accounts (id),
    tenant_id UUID NOT NULL,
    debit BIGINT NOT NULL DEFAULT 0 CHECK (debit >= 0),
    credit BIGINT NOT NULL DEFAULT 0 CHECK (credit >= 0)
);

-- One booking; its entries sum to nothing.
CREATE TABLE ledger_postings (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    memo TEXT COLLATE "C" NOT NULL,
    order_id UUID REFERENCES orders (id),
    payment_id UUID,
    refund_id UUID,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_postings_order ON ledger_postings (order_id) WHERE order_id IS NOT NULL;

-- Debits are positive, credits negative.
CREATE TABLE ledger_entries (
    tenant_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    id UUID NOT NULL,
    posting_id UUID NOT NULL REFERENCES ledger_postings (id),
    account_id UUID NOT NULL REFERENCES ledger_accounts (id),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (tenant_id, at, id)
);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, at, id);

-- A booking is never changed or removed; a mistake is booked back.
CREATE FUNCTION purser_ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger can not be changed'; END $$;
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE OR DELETE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION purser_ledger_is_final();
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION purser_ledger_is_final();

-- What the idempotency key's request set out to make; after a crash the repeat looks whether it is there.
ALTER TABLE idempotency_keys ADD COLUMN subject_id UUID;

-- The books of the built-in sandbox provider: a separate party, which refuses by its own rules and never reads the tables above.
CREATE TABLE sandbox_charges (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    capture_mode TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    captured BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0,
    failure_code TEXT COLLATE "C",
    ready_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key),
    CHECK (captured >= 0 AND captured <= amount AND refunded >= 0 AND refunded <= captured)
);

CREATE TABLE sandbox_refunds (
    tenant_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    charge_key TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

CALL purser_guard('products');
CALL purser_guard('orders');
CALL purser_guard('order_lines');
CALL purser_guard('payments');
CALL purser_guard('refunds');
CALL purser_guard('ledger_accounts');
CALL purser_guard('balances');
CALL purser_guard('ledger_postings');
CALL purser_guard('ledger_entries');
CALL purser_guard('sandbox_charges');
CALL purser_guard('sandbox_refunds');
