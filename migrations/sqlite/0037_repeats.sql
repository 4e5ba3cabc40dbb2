-- Requests that may be repeated, as people look at them: an id to be listed by, what was asked, how often it was asked again since it was
-- answered, and when last.
ALTER TABLE idempotency_keys ADD COLUMN id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE idempotency_keys ADD COLUMN operation TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE idempotency_keys ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE idempotency_keys ADD COLUMN repeated_at INTEGER;
UPDATE idempotency_keys SET id = randomblob(16);
CREATE UNIQUE INDEX idempotency_keys_created ON idempotency_keys (tenant_id, created_at, id);
