-- How an order was sold: the way it is sent, tax by line, until when its goods are set aside.

ALTER TABLE orders ADD COLUMN shipping_code TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN shipping_name TEXT COLLATE "C";
-- Whether the prices of the lines carry their tax; the goods of the order never do.
ALTER TABLE orders ADD COLUMN with_tax BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE orders ADD COLUMN lapses_at TIMESTAMPTZ;
ALTER TABLE order_lines ADD COLUMN tax BIGINT;
ALTER TABLE order_lines ADD COLUMN tax_bp BIGINT;
