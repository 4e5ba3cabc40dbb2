-- From where a key may be used (nothing: from anywhere), and the day it was last used from each address: the first use of a day is written
-- into the log.

ALTER TABLE api_keys ADD COLUMN networks TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE key_uses (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key_id UUID NOT NULL,
    ip TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, key_id, ip)
);
CREATE INDEX key_uses_day ON key_uses (tenant_id, day);

-- Whether somebody had signed in on this device before: policies may ask.
ALTER TABLE sessions ADD COLUMN known_device BOOLEAN NOT NULL DEFAULT FALSE;

CALL purser_guard('key_uses');
