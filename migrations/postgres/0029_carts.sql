-- Carts of customers and drafts of staff: what somebody means to order.

CREATE TABLE carts (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    number BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    customer_id UUID REFERENCES users (id),
    currency TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C",
    shipping_code TEXT COLLATE "C",
    -- Codes with a comma between.
    coupons TEXT COLLATE "C" NOT NULL DEFAULT '',
    address TEXT COLLATE "C",
    notes TEXT COLLATE "C",
    -- What the lines add up to at the prices that were seen last.
    item_count BIGINT NOT NULL DEFAULT 0 CHECK (item_count >= 0),
    value BIGINT NOT NULL DEFAULT 0 CHECK (value >= 0),
    -- The order it became, or the cart it went into.
    became_id UUID,
    created_by UUID,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX carts_number ON carts (tenant_id, number);
CREATE UNIQUE INDEX carts_own ON carts (tenant_id, customer_id) WHERE kind = 'cart' AND state = 'open' AND customer_id IS NOT NULL;
CREATE INDEX carts_customer ON carts (tenant_id, customer_id, created_at, id);
CREATE INDEX carts_created ON carts (tenant_id, created_at, id);
CREATE INDEX carts_updated ON carts (tenant_id, updated_at, id);
CREATE INDEX carts_expiry ON carts (tenant_id, expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;

CREATE TABLE cart_lines (
    cart_id UUID NOT NULL REFERENCES carts (id),
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    product_id UUID NOT NULL REFERENCES products (id),
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
    -- The price when somebody last looked at it.
    seen_price BIGINT NOT NULL CHECK (seen_price >= 0),
    PRIMARY KEY (cart_id, id)
);
CREATE UNIQUE INDEX cart_lines_product ON cart_lines (cart_id, product_id);

CALL purser_guard('carts');
CALL purser_guard('cart_lines');
