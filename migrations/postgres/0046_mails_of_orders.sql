-- Mails to customers about their orders: each is written once for what it is about, however often that is told.

ALTER TABLE mails ADD COLUMN cause TEXT COLLATE "C";
CREATE UNIQUE INDEX mails_cause ON mails (tenant_id, cause) WHERE cause IS NOT NULL;

-- What happened before there were such mails is not written about.
INSERT INTO bus_consumers (tenant_id, name, seq) SELECT tenant_id, 'mails', MAX(seq) FROM events GROUP BY tenant_id;
