-- The catalog beyond a plain list: categories, variants, tags, prices for a time, words to search by, and every movement of stock.

CREATE TABLE categories (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    parent_id UUID REFERENCES categories (id),
    name TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX categories_slug ON categories (tenant_id, slug);
CREATE INDEX categories_parent ON categories (parent_id) WHERE parent_id IS NOT NULL;
CALL purser_guard('categories');

-- A variant is a product of its own that names the one it is a variant of: it has its own SKU, price, weight and stock.
ALTER TABLE products ADD COLUMN parent_id UUID;
-- What tells a variant from its siblings: JSON, its keys sorted.
ALTER TABLE products ADD COLUMN options TEXT COLLATE "C";
ALTER TABLE products ADD COLUMN variant_count BIGINT NOT NULL DEFAULT 0 CHECK (variant_count >= 0);
ALTER TABLE products ADD COLUMN category_id UUID REFERENCES categories (id);
ALTER TABLE products ADD COLUMN compare_price BIGINT CHECK (compare_price IS NULL OR compare_price >= 0);
ALTER TABLE products ADD COLUMN cost BIGINT CHECK (cost IS NULL OR cost >= 0);
ALTER TABLE products ADD COLUMN tax_class TEXT COLLATE "C" NOT NULL DEFAULT 'standard';
-- Sorted, separated by commas; the same as the rows of product_tags.
ALTER TABLE products ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN sale_price BIGINT CHECK (sale_price IS NULL OR sale_price >= 0);
ALTER TABLE products ADD COLUMN sale_from_at TIMESTAMPTZ;
ALTER TABLE products ADD COLUMN sale_until_at TIMESTAMPTZ;
ALTER TABLE products ADD COLUMN low_stock BIGINT CHECK (low_stock IS NULL OR low_stock >= 0);
-- Pieces set aside for orders that have not left the house. What lies on the shelf is stock + reserved.
ALTER TABLE products ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0);
CREATE UNIQUE INDEX products_variant ON products (parent_id, options) WHERE parent_id IS NOT NULL;
CREATE INDEX products_category ON products (tenant_id, category_id, created_at, id) WHERE category_id IS NOT NULL;

CREATE TABLE product_tags (
    tenant_id UUID NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    product_id UUID NOT NULL REFERENCES products (id),
    PRIMARY KEY (tenant_id, tag, product_id)
);
CREATE INDEX product_tags_product ON product_tags (product_id);
CALL purser_guard('product_tags');

-- The words a product is found by, folded, and the product a list shows for them: of a variant, the one it belongs to.
CREATE TABLE product_texts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    product_id UUID NOT NULL UNIQUE REFERENCES products (id),
    shown_id UUID NOT NULL,
    words TEXT COLLATE "C" NOT NULL
);
CREATE INDEX product_texts_words ON product_texts USING GIN (array_to_tsvector(string_to_array(words, ' ')));
INSERT INTO product_texts (tenant_id, product_id, shown_id, words)
    SELECT p.tenant_id, p.id, p.id, array_to_string(ARRAY(
        SELECT DISTINCT left(m.word[1], 40)
        FROM regexp_matches(p.name_key || ' ' || lower(p.sku) || ' ' || lower(coalesce(p.description, '')), '[^\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', 'g') AS m (word)
    ), ' ') FROM products p;
CALL purser_guard('product_texts');

-- Every change of stock. Added up, they are what the product says: available = stock, reserved = reserved.
CREATE TABLE stock_movements (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL,
    product_id UUID NOT NULL REFERENCES products (id),
    kind TEXT COLLATE "C" NOT NULL,
    available BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    reason TEXT COLLATE "C",
    order_id UUID,
    by_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK (available <> 0 OR reserved <> 0)
);
CREATE INDEX stock_movements_product ON stock_movements (tenant_id, product_id, created_at, id);

-- Pieces of the line that are set aside and have not left the house.
ALTER TABLE order_lines ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND reserved <= quantity);

-- What is here already: what is for sale was counted, and what is in open orders is set aside.
INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, created_at)
    SELECT id, tenant_id, id, 'counted', stock, 0, updated_at FROM products WHERE stock > 0;
UPDATE order_lines SET reserved = quantity WHERE product_id IS NOT NULL
    AND order_id IN (SELECT id FROM orders WHERE state IN ('pending', 'paid', 'processing'));
INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, order_id, created_at)
    SELECT l.id, l.tenant_id, l.product_id, 'reserved', 0, l.reserved, l.order_id, o.created_at
    FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.reserved > 0;
UPDATE products SET reserved = l.reserved FROM
    (SELECT product_id, CAST(SUM(reserved) AS BIGINT) AS reserved FROM order_lines WHERE reserved > 0 GROUP BY product_id) AS l
    WHERE products.id = l.product_id;
CALL purser_guard('stock_movements');
