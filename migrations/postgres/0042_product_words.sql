-- From a product in a list to its words and those of its variants. (The index of words finds beginnings as it is.)
CREATE INDEX product_texts_shown ON product_texts (shown_id);
