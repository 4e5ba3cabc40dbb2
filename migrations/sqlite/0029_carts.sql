-- Carts of customers and drafts of staff: what somebody means to order.

CREATE TABLE carts (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    customer_id BLOB REFERENCES users (id),
    currency TEXT NOT NULL,
    country TEXT,
    shipping_code TEXT,
    -- Codes with a comma between.
    coupons TEXT NOT NULL DEFAULT '',
    address TEXT,
    notes TEXT,
    -- What the lines add up to at the prices that were seen last.
    item_count INTEGER NOT NULL DEFAULT 0 CHECK (item_count >= 0),
    value INTEGER NOT NULL DEFAULT 0 CHECK (value >= 0),
    -- The order it became, or the cart it went into.
    became_id BLOB,
    created_by BLOB,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX carts_number ON carts (tenant_id, number);
CREATE UNIQUE INDEX carts_own ON carts (tenant_id, customer_id) WHERE kind = 'cart' AND state = 'open' AND customer_id IS NOT NULL;
CREATE INDEX carts_customer ON carts (tenant_id, customer_id, created_at, id);
CREATE INDEX carts_created ON carts (tenant_id, created_at, id);
CREATE INDEX carts_updated ON carts (tenant_id, updated_at, id);
CREATE INDEX carts_expiry ON carts (tenant_id, expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;

CREATE TABLE cart_lines (
    cart_id BLOB NOT NULL REFERENCES carts (id),
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
    -- The price when somebody last looked at it.
    seen_price INTEGER NOT NULL CHECK (seen_price >= 0),
    PRIMARY KEY (cart_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cart_lines_product ON cart_lines (cart_id, product_id);
