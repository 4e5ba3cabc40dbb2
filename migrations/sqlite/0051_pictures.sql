-- What a product looks like, and what it is called in an address.

-- A file can belong to a product as well.
CREATE TABLE files_anew (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    sha256 TEXT NOT NULL,
    subject_type TEXT NOT NULL CHECK (subject_type IN ('order', 'user', 'product')),
    subject_id BLOB NOT NULL,
    subject_label TEXT NOT NULL,
    uploaded_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
INSERT INTO files_anew (id, tenant_id, name, name_key, content_type, size, sha256, subject_type, subject_id, subject_label, uploaded_by, created_at, deleted_at)
    SELECT id, tenant_id, name, name_key, content_type, size, sha256, subject_type, subject_id, subject_label, uploaded_by, created_at, deleted_at FROM files;
DROP TABLE files;
ALTER TABLE files_anew RENAME TO files;
CREATE INDEX files_created ON files (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX files_name ON files (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX files_size ON files (tenant_id, size, id) WHERE deleted_at IS NULL;
CREATE INDEX files_subject ON files (tenant_id, subject_id, created_at, id) WHERE deleted_at IS NULL;

-- The pictures of a product: files of images, in an order.
CREATE TABLE product_pictures (
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL REFERENCES products (id),
    file_id BLOB NOT NULL REFERENCES files (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    -- What it shows, for those who do not see it.
    alt TEXT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_pictures_file ON product_pictures (file_id);
CREATE INDEX product_pictures_product ON product_pictures (product_id);
-- The first of them, so that lists need not look for it.
ALTER TABLE products ADD COLUMN picture_id BLOB;

-- The part of an address that names it: small letters, digits and hyphens, like no other's.
ALTER TABLE products ADD COLUMN slug TEXT NOT NULL DEFAULT '';
-- What is here already is called after its name: every sign becomes a hyphen, and so do several in a row.
UPDATE products SET slug = name_key;
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, '<', '-'), '>', '-'), ' ', '-'), '!', '-'), '"', '-'), '#', '-'), '$', '-'), '%', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, '&', '-'), '''', '-'), '(', '-'), ')', '-'), '*', '-'), '+', '-'), ',', '-'), '.', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, '/', '-'), ':', '-'), ';', '-'), '=', '-'), '?', '-'), '@', '-'), '[', '-'), '\', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, ']', '-'), '^', '-'), '_', '-'), '`', '-'), '{', '-'), '|', '-'), '}', '-'), '~', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, ' ', '-'), '«', '-'), '»', '-'), '¡', '-'), '¿', '-'), '§', '-'), '¶', '-'), '·', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, '°', '-'), '×', '-'), '÷', '-'), '®', '-'), '©', '-'), '™', '-'), '…', '-'), '–', '-');
UPDATE products SET slug = replace(replace(replace(replace(replace(replace(replace(replace(slug, '—', '-'), '‑', '-'), '“', '-'), '”', '-'), '„', '-'), '‘', '-'), '’', '-'), '‚', '-');
UPDATE products SET slug = replace(replace(replace(slug, '•', '-'), '€', '-'), '£', '-');
UPDATE products SET slug = rtrim(substr(trim(replace(replace(replace(slug, '-', '<>'), '><', ''), '<>', '-'), '-'), 1, 60), '-');
UPDATE products SET slug = 'product' WHERE slug = '';
-- The second of a name gets a number; one whose number is somebody's name gets the end of its id as well.
CREATE INDEX products_slug ON products (tenant_id, slug);
UPDATE products SET slug = n.slug || '-' || n.turn ||
    CASE WHEN EXISTS (SELECT 1 FROM products o WHERE o.tenant_id = products.tenant_id AND o.slug = n.slug || '-' || n.turn)
        THEN '-' || lower(substr(hex(n.id), -8)) ELSE '' END
    FROM (SELECT id, slug, ROW_NUMBER() OVER (PARTITION BY tenant_id, slug ORDER BY created_at, id) AS turn FROM products) AS n
    WHERE products.id = n.id AND n.turn > 1;
DROP INDEX products_slug;
CREATE UNIQUE INDEX products_slug ON products (tenant_id, slug) WHERE slug <> '';

-- From one movement of stock to the next, whatever moved.
CREATE INDEX stock_movements_created ON stock_movements (tenant_id, created_at, id);
