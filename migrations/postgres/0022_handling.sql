-- What happens to an order after it was entered (parcels, holds, tags, goods that come back), and coupons.

ALTER TABLE orders ADD COLUMN held_reason TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN held_at TIMESTAMPTZ;
-- Sorted, with a comma before and after each: ',gift,vip,'.
ALTER TABLE orders ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX orders_held ON orders (tenant_id, created_at, id) WHERE held_at IS NOT NULL;

-- Pieces of a line that left the house, and of those the ones somebody sends back or sent back.
ALTER TABLE order_lines ADD COLUMN shipped BIGINT NOT NULL DEFAULT 0 CHECK (shipped >= 0 AND shipped <= quantity);
ALTER TABLE order_lines ADD COLUMN returned BIGINT NOT NULL DEFAULT 0 CHECK (returned >= 0 AND returned <= quantity);
UPDATE order_lines SET shipped = quantity WHERE order_id IN (SELECT id FROM orders WHERE state IN ('shipped', 'delivered'));

CREATE TABLE fulfilments (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL,
    order_id UUID NOT NULL REFERENCES orders (id),
    carrier TEXT COLLATE "C",
    tracking_number TEXT COLLATE "C",
    tracking_url TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    delivered_at TIMESTAMPTZ
);
CREATE INDEX fulfilments_order ON fulfilments (order_id, created_at, id);

CREATE TABLE fulfilment_lines (
    tenant_id UUID NOT NULL,
    fulfilment_id UUID NOT NULL REFERENCES fulfilments (id),
    line_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (fulfilment_id, line_id)
);

CREATE TABLE returns (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL,
    order_id UUID NOT NULL REFERENCES orders (id),
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ
);
CREATE INDEX returns_created ON returns (tenant_id, created_at, id);
CREATE INDEX returns_order ON returns (order_id, created_at, id);

CREATE TABLE return_lines (
    tenant_id UUID NOT NULL,
    return_id UUID NOT NULL REFERENCES returns (id),
    line_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    received BIGINT NOT NULL DEFAULT 0,
    restocked BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (return_id, line_id),
    CHECK (restocked >= 0 AND restocked <= received AND received <= quantity)
);

CREATE TABLE coupons (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    code TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    percent_bp BIGINT NOT NULL CHECK (percent_bp BETWEEN 0 AND 10000),
    amount BIGINT NOT NULL CHECK (amount >= 0),
    min_subtotal BIGINT NOT NULL CHECK (min_subtotal >= 0),
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    limit_total BIGINT,
    limit_customer BIGINT,
    stackable BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (used >= 0)
);
CREATE UNIQUE INDEX coupons_code ON coupons (tenant_id, code);
CREATE INDEX coupons_created ON coupons (tenant_id, created_at, id);

CREATE TABLE coupon_uses (
    coupon_id UUID NOT NULL REFERENCES coupons (id),
    order_id UUID NOT NULL REFERENCES orders (id),
    tenant_id UUID NOT NULL,
    customer_id UUID NOT NULL REFERENCES users (id),
    code TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (coupon_id, order_id)
);
CREATE INDEX coupon_uses_order ON coupon_uses (order_id);
CREATE INDEX coupon_uses_customer ON coupon_uses (coupon_id, customer_id);
CALL purser_guard('fulfilments');
CALL purser_guard('fulfilment_lines');
CALL purser_guard('returns');
CALL purser_guard('return_lines');
CALL purser_guard('coupons');
CALL purser_guard('coupon_uses');
