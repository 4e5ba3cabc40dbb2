-- What happened to each order, event by event: what the row in `orders` is can be told from it alone. Nothing in it is about a person.
CREATE TABLE order_events (
    tenant_id BLOB NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    -- The order's version after it; two changes never have the same.
    version INTEGER NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL,
    -- The shape `payload` has: an older one is read as the newer one says.
    shape INTEGER NOT NULL DEFAULT 1,
    payload TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (order_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_events_tenant ON order_events (tenant_id, order_id, version);

-- An order as it was at a version, so that a long history need not be read from its beginning.
CREATE TABLE order_snapshots (
    tenant_id BLOB NOT NULL,
    order_id BLOB PRIMARY KEY NOT NULL REFERENCES orders (id),
    version INTEGER NOT NULL,
    shape INTEGER NOT NULL DEFAULT 1,
    payload TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX order_snapshots_tenant ON order_snapshots (tenant_id, order_id);

-- Orders from before begin where they are.
INSERT INTO order_events (tenant_id, order_id, version, kind, payload, at)
SELECT tenant_id, id, version, 'adopted', json_object(
    'number', number, 'customer_id', lower(hex(customer_id)), 'state', state, 'payment_state', payment_state, 'country', country,
    'currency', currency, 'item_count', item_count, 'subtotal', subtotal, 'discount', discount, 'tax', tax, 'shipping', shipping, 'total', total,
    'paid', paid, 'refunded', refunded, 'source', source, 'held', json(CASE WHEN held_at IS NULL THEN 'false' ELSE 'true' END),
    'created_at', created_at), updated_at
FROM orders;

-- When regular work is done, where a tenant wants it otherwise than is usual: a rule of five fields, in the time of a place.
ALTER TABLE job_schedules ADD COLUMN cron TEXT;
ALTER TABLE job_schedules ADD COLUMN zone TEXT;
ALTER TABLE job_schedules ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job_schedules ADD COLUMN last_at INTEGER;
ALTER TABLE job_schedules ADD COLUMN changed_by BLOB;
ALTER TABLE job_schedules ADD COLUMN changed_at INTEGER;
