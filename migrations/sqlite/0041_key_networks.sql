-- From where a key may be used (nothing: from anywhere), and the day it was last used from each address: the first use of a day is written
-- into the log.

ALTER TABLE api_keys ADD COLUMN networks TEXT NOT NULL DEFAULT '';

CREATE TABLE key_uses (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key_id BLOB NOT NULL,
    ip TEXT NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (tenant_id, key_id, ip)
) STRICT;
CREATE INDEX key_uses_day ON key_uses (tenant_id, day);

-- Whether somebody had signed in on this device before: policies may ask.
ALTER TABLE sessions ADD COLUMN known_device INTEGER NOT NULL DEFAULT 0;
