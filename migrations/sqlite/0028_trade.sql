-- How an order was sold: the way it is sent, tax by line, until when its goods are set aside.

ALTER TABLE orders ADD COLUMN shipping_code TEXT;
ALTER TABLE orders ADD COLUMN shipping_name TEXT;
-- Whether the prices of the lines carry their tax; the goods of the order never do.
ALTER TABLE orders ADD COLUMN with_tax INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN lapses_at INTEGER;
ALTER TABLE order_lines ADD COLUMN tax INTEGER;
ALTER TABLE order_lines ADD COLUMN tax_bp INTEGER;
