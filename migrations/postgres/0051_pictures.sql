-- What a product looks like, and what it is called in an address.

-- A file can belong to a product as well.
ALTER TABLE files DROP CONSTRAINT files_subject_type_check;
ALTER TABLE files ADD CONSTRAINT files_subject_type_check CHECK (subject_type IN ('order', 'user', 'product'));

-- The pictures of a product: files of images, in an order.
CREATE TABLE product_pictures (
    tenant_id UUID NOT NULL,
    product_id UUID NOT NULL REFERENCES products (id),
    file_id UUID NOT NULL REFERENCES files (id),
    position BIGINT NOT NULL CHECK (position >= 0),
    -- What it shows, for those who do not see it.
    alt TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, product_id, file_id)
);
CREATE INDEX product_pictures_file ON product_pictures (file_id);
CREATE INDEX product_pictures_product ON product_pictures (product_id);
CALL purser_guard('product_pictures');
-- The first of them, so that lists need not look for it.
ALTER TABLE products ADD COLUMN picture_id UUID;

-- The part of an address that names it: small letters, digits and hyphens, like no other's.
ALTER TABLE products ADD COLUMN slug TEXT COLLATE "C" NOT NULL DEFAULT '';
-- What is here already is called after its name: every sign becomes a hyphen, and so do several in a row.
UPDATE products SET slug = rtrim(left(btrim(regexp_replace(translate(name_key, '<> !"#$%&''()*+,./:;=?@[\]^_`{|}~ «»¡¿§¶·°×÷®©™…–—‑“”„‘’‚•€£', repeat('-', 59)), '-+', '-', 'g'), '-'), 60), '-');
UPDATE products SET slug = 'product' WHERE slug = '';
-- The second of a name gets a number; one whose number is somebody's name gets the end of its id as well.
CREATE INDEX products_slug ON products (tenant_id, slug);
UPDATE products SET slug = n.slug || '-' || n.turn ||
    CASE WHEN EXISTS (SELECT 1 FROM products o WHERE o.tenant_id = products.tenant_id AND o.slug = n.slug || '-' || n.turn)
        THEN '-' || right(CAST(n.id AS TEXT), 8) ELSE '' END
    FROM (SELECT id, slug, ROW_NUMBER() OVER (PARTITION BY tenant_id, slug ORDER BY created_at, id) AS turn FROM products) AS n
    WHERE products.id = n.id AND n.turn > 1;
DROP INDEX products_slug;
CREATE UNIQUE INDEX products_slug ON products (tenant_id, slug) WHERE slug <> '';

-- From one movement of stock to the next, whatever moved.
CREATE INDEX stock_movements_created ON stock_movements (tenant_id, created_at, id);
