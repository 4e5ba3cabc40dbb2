-- Requests that may be repeated, as people look at them: an id to be listed by, what was asked, how often it was asked again since it was
-- answered, and when last. A process of the version before goes on writing rows without them.
ALTER TABLE idempotency_keys ADD COLUMN id UUID NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE idempotency_keys ADD COLUMN operation TEXT COLLATE "C" NOT NULL DEFAULT 'unknown';
ALTER TABLE idempotency_keys ADD COLUMN repeats BIGINT NOT NULL DEFAULT 0;
ALTER TABLE idempotency_keys ADD COLUMN repeated_at TIMESTAMPTZ;
CREATE UNIQUE INDEX idempotency_keys_created ON idempotency_keys (tenant_id, created_at, id);
