-- Refunds that are granted and that somebody else has to send, by the order they belong to: few, whatever was granted before.
CREATE INDEX refunds_waiting ON refunds (tenant_id, order_id) WHERE state = 'waiting';

-- The words of a product's name and number alone: what is called so is listed before what it is only said of. Written anew with the product,
-- as `words` are; until then the name as it sorts does.
ALTER TABLE product_texts ADD COLUMN names TEXT NOT NULL DEFAULT '';
-- Other columns are not in the index of words: a change of them leaves it alone.
DROP TRIGGER product_texts_changed;
CREATE TRIGGER product_texts_changed AFTER UPDATE OF words ON product_texts BEGIN
    INSERT INTO product_search (product_search, rowid, words) VALUES ('delete', old.id, old.words);
    INSERT INTO product_search (rowid, words) VALUES (new.id, new.words);
END;
UPDATE product_texts SET names = (
    SELECT replace(replace(replace(replace(p.name_key || ' ' || lower(p.sku), '-', ' '), '/', ' '), '(', ' '), '–', ' ')
    FROM products p WHERE p.id = product_texts.product_id
);

-- Orders of which a part was taken and the rest is missing: few at any time.
CREATE INDEX orders_partly ON orders (tenant_id, created_at, id) WHERE state = 'pending' AND paid > 0;

-- What asks for a second pair of eyes, apart from the sentence that says so: whoever reads it may read another language.
ALTER TABLE approvals ADD COLUMN cause_kind TEXT NOT NULL DEFAULT 'rule';
ALTER TABLE approvals ADD COLUMN cause_rule TEXT;
UPDATE approvals SET cause_kind = 'grant' WHERE cause = 'Whoever granted this may not send it; somebody else has to.';
UPDATE approvals SET cause_rule = substr(cause, 11, length(cause) - 43)
    WHERE cause LIKE 'The rule "%" asks for a second pair of eyes.';
