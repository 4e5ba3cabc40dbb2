-- Orders that are changed after they were entered.

-- What was added after the money was taken and is not paid yet, as it falls on goods and tax.
ALTER TABLE orders ADD COLUMN extra_goods BIGINT NOT NULL DEFAULT 0 CHECK (extra_goods >= 0);
ALTER TABLE orders ADD COLUMN extra_tax BIGINT NOT NULL DEFAULT 0 CHECK (extra_tax >= 0);
-- Pieces that were taken out after the money was taken; the line stays as it was sold.
ALTER TABLE order_lines ADD COLUMN cancelled BIGINT NOT NULL DEFAULT 0 CHECK (cancelled >= 0 AND cancelled <= quantity);
-- It came in after the money was taken: no discount falls on it.
ALTER TABLE order_lines ADD COLUMN late BOOLEAN NOT NULL DEFAULT FALSE;
-- It belongs to what was added last; it is not paid while the order has something to pay.
ALTER TABLE order_lines ADD COLUMN owed BOOLEAN NOT NULL DEFAULT FALSE;

-- What of a product's variants can be sold, together, so that lists can be sorted by it.
ALTER TABLE products ADD COLUMN variant_stock BIGINT NOT NULL DEFAULT 0;
UPDATE products SET variant_stock = (SELECT COALESCE(SUM(v.stock), 0) FROM products v WHERE v.parent_id = products.id AND v.tenant_id = products.tenant_id)
    WHERE variant_count > 0;
CREATE INDEX products_on_hand ON products (tenant_id, (CASE WHEN variant_count = 0 THEN stock ELSE variant_stock END), id);
CREATE FUNCTION purser_variant_stock() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE products SET variant_stock = variant_stock + NEW.stock - CASE WHEN TG_OP = 'UPDATE' THEN OLD.stock ELSE 0 END
        WHERE id = NEW.parent_id AND tenant_id = NEW.tenant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER products_variant_added AFTER INSERT ON products FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL AND NEW.stock <> 0)
    EXECUTE FUNCTION purser_variant_stock();
CREATE TRIGGER products_variant_moved AFTER UPDATE OF stock ON products FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL AND NEW.stock <> OLD.stock)
    EXECUTE FUNCTION purser_variant_stock();
