-- The catalog beyond a plain list: categories, variants, tags, prices for a time, words to search by, and every movement of stock.

CREATE TABLE categories (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    parent_id BLOB REFERENCES categories (id),
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX categories_slug ON categories (tenant_id, slug);
CREATE INDEX categories_parent ON categories (parent_id) WHERE parent_id IS NOT NULL;

-- A variant is a product of its own that names the one it is a variant of: it has its own SKU, price, weight and stock.
ALTER TABLE products ADD COLUMN parent_id BLOB;
-- What tells a variant from its siblings: JSON, its keys sorted.
ALTER TABLE products ADD COLUMN options TEXT;
ALTER TABLE products ADD COLUMN variant_count INTEGER NOT NULL DEFAULT 0 CHECK (variant_count >= 0);
ALTER TABLE products ADD COLUMN category_id BLOB REFERENCES categories (id);
ALTER TABLE products ADD COLUMN compare_price INTEGER CHECK (compare_price IS NULL OR compare_price >= 0);
ALTER TABLE products ADD COLUMN cost INTEGER CHECK (cost IS NULL OR cost >= 0);
ALTER TABLE products ADD COLUMN tax_class TEXT NOT NULL DEFAULT 'standard';
-- Sorted, separated by commas; the same as the rows of product_tags.
ALTER TABLE products ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN sale_price INTEGER CHECK (sale_price IS NULL OR sale_price >= 0);
ALTER TABLE products ADD COLUMN sale_from_at INTEGER;
ALTER TABLE products ADD COLUMN sale_until_at INTEGER;
ALTER TABLE products ADD COLUMN low_stock INTEGER CHECK (low_stock IS NULL OR low_stock >= 0);
-- Pieces set aside for orders that have not left the house. What lies on the shelf is stock + reserved.
ALTER TABLE products ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0);
CREATE UNIQUE INDEX products_variant ON products (parent_id, options) WHERE parent_id IS NOT NULL;
CREATE INDEX products_category ON products (tenant_id, category_id, created_at, id) WHERE category_id IS NOT NULL;

CREATE TABLE product_tags (
    tenant_id BLOB NOT NULL,
    tag TEXT NOT NULL,
    product_id BLOB NOT NULL REFERENCES products (id),
    PRIMARY KEY (tenant_id, tag, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_tags_product ON product_tags (product_id);

-- The words a product is found by, folded, and the product a list shows for them: of a variant, the one it belongs to.
CREATE TABLE product_texts (
    id INTEGER PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL UNIQUE REFERENCES products (id),
    shown_id BLOB NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE product_search USING fts5 (words, content = 'product_texts', content_rowid = 'id', tokenize = 'ascii', detail = 'none');
CREATE TRIGGER product_texts_added AFTER INSERT ON product_texts BEGIN
    INSERT INTO product_search (rowid, words) VALUES (new.id, new.words);
END;
CREATE TRIGGER product_texts_gone AFTER DELETE ON product_texts BEGIN
    INSERT INTO product_search (product_search, rowid, words) VALUES ('delete', old.id, old.words);
END;
CREATE TRIGGER product_texts_changed AFTER UPDATE ON product_texts BEGIN
    INSERT INTO product_search (product_search, rowid, words) VALUES ('delete', old.id, old.words);
    INSERT INTO product_search (rowid, words) VALUES (new.id, new.words);
END;
INSERT INTO product_texts (tenant_id, product_id, shown_id, words)
    SELECT tenant_id, id, id, name_key || ' ' || lower(sku) || ' ' || lower(coalesce(description, '')) FROM products;

-- Every change of stock. Added up, they are what the product says: available = stock, reserved = reserved.
CREATE TABLE stock_movements (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL REFERENCES products (id),
    kind TEXT NOT NULL,
    available INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    reason TEXT,
    order_id BLOB,
    by_id BLOB,
    created_at INTEGER NOT NULL,
    CHECK (available <> 0 OR reserved <> 0)
) STRICT;
CREATE INDEX stock_movements_product ON stock_movements (tenant_id, product_id, created_at, id);

-- Pieces of the line that are set aside and have not left the house.
ALTER TABLE order_lines ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND reserved <= quantity);

-- What is here already: what is for sale was counted, and what is in open orders is set aside.
INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, created_at)
    SELECT id, tenant_id, id, 'counted', stock, 0, updated_at FROM products WHERE stock > 0;
UPDATE order_lines SET reserved = quantity WHERE product_id IS NOT NULL
    AND order_id IN (SELECT id FROM orders WHERE state IN ('pending', 'paid', 'processing'));
INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, order_id, created_at)
    SELECT l.id, l.tenant_id, l.product_id, 'reserved', 0, l.reserved, l.order_id, o.created_at
    FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.reserved > 0;
UPDATE products SET reserved = l.reserved FROM
    (SELECT product_id, SUM(reserved) AS reserved FROM order_lines WHERE reserved > 0 GROUP BY product_id) AS l WHERE products.id = l.product_id;
