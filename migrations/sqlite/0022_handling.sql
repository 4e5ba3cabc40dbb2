-- What happens to an order after it was entered (parcels, holds, tags, goods that come back), and coupons.

ALTER TABLE orders ADD COLUMN held_reason TEXT;
ALTER TABLE orders ADD COLUMN held_at INTEGER;
-- Sorted, with a comma before and after each: ',gift,vip,'.
ALTER TABLE orders ADD COLUMN tags TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_held ON orders (tenant_id, created_at, id) WHERE held_at IS NOT NULL;

-- Pieces of a line that left the house, and of those the ones somebody sends back or sent back.
ALTER TABLE order_lines ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0 CHECK (shipped >= 0 AND shipped <= quantity);
ALTER TABLE order_lines ADD COLUMN returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0 AND returned <= quantity);
UPDATE order_lines SET shipped = quantity WHERE order_id IN (SELECT id FROM orders WHERE state IN ('shipped', 'delivered'));

CREATE TABLE fulfilments (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    carrier TEXT,
    tracking_number TEXT,
    tracking_url TEXT,
    created_at INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE INDEX fulfilments_order ON fulfilments (order_id, created_at, id);

CREATE TABLE fulfilment_lines (
    tenant_id BLOB NOT NULL,
    fulfilment_id BLOB NOT NULL REFERENCES fulfilments (id),
    line_id BLOB NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (fulfilment_id, line_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE returns (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    received_at INTEGER
) STRICT;
CREATE INDEX returns_created ON returns (tenant_id, created_at, id);
CREATE INDEX returns_order ON returns (order_id, created_at, id);

CREATE TABLE return_lines (
    tenant_id BLOB NOT NULL,
    return_id BLOB NOT NULL REFERENCES returns (id),
    line_id BLOB NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    received INTEGER NOT NULL DEFAULT 0,
    restocked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (return_id, line_id),
    CHECK (restocked >= 0 AND restocked <= received AND received <= quantity)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupons (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    percent_bp INTEGER NOT NULL CHECK (percent_bp BETWEEN 0 AND 10000),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    min_subtotal INTEGER NOT NULL CHECK (min_subtotal >= 0),
    starts_at INTEGER,
    ends_at INTEGER,
    limit_total INTEGER,
    limit_customer INTEGER,
    stackable INTEGER NOT NULL,
    active INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (used >= 0)
) STRICT;
CREATE UNIQUE INDEX coupons_code ON coupons (tenant_id, code);
CREATE INDEX coupons_created ON coupons (tenant_id, created_at, id);

CREATE TABLE coupon_uses (
    coupon_id BLOB NOT NULL REFERENCES coupons (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    tenant_id BLOB NOT NULL,
    customer_id BLOB NOT NULL REFERENCES users (id),
    code TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (coupon_id, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX coupon_uses_order ON coupon_uses (order_id);
CREATE INDEX coupon_uses_customer ON coupon_uses (coupon_id, customer_id);
