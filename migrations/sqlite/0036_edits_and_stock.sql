-- Orders that are changed after they were entered.

-- What was added after the money was taken and is not paid yet, as it falls on goods and tax.
ALTER TABLE orders ADD COLUMN extra_goods INTEGER NOT NULL DEFAULT 0 CHECK (extra_goods >= 0);
ALTER TABLE orders ADD COLUMN extra_tax INTEGER NOT NULL DEFAULT 0 CHECK (extra_tax >= 0);
-- Pieces that were taken out after the money was taken; the line stays as it was sold.
ALTER TABLE order_lines ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0 AND cancelled <= quantity);
-- It came in after the money was taken: no discount falls on it.
ALTER TABLE order_lines ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
-- It belongs to what was added last; it is not paid while the order has something to pay.
ALTER TABLE order_lines ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;

-- What of a product's variants can be sold, together, so that lists can be sorted by it.
ALTER TABLE products ADD COLUMN variant_stock INTEGER NOT NULL DEFAULT 0;
UPDATE products SET variant_stock = (SELECT COALESCE(SUM(v.stock), 0) FROM products v WHERE v.parent_id = products.id AND v.tenant_id = products.tenant_id)
    WHERE variant_count > 0;
CREATE INDEX products_on_hand ON products (tenant_id, (CASE WHEN variant_count = 0 THEN stock ELSE variant_stock END), id);
CREATE TRIGGER products_variant_added AFTER INSERT ON products WHEN NEW.parent_id IS NOT NULL AND NEW.stock <> 0 BEGIN
    UPDATE products SET variant_stock = variant_stock + NEW.stock WHERE id = NEW.parent_id AND tenant_id = NEW.tenant_id;
END;
CREATE TRIGGER products_variant_moved AFTER UPDATE OF stock ON products WHEN NEW.parent_id IS NOT NULL AND NEW.stock <> OLD.stock BEGIN
    UPDATE products SET variant_stock = variant_stock + NEW.stock - OLD.stock WHERE id = NEW.parent_id AND tenant_id = NEW.tenant_id;
END;
