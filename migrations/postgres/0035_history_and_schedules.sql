-- What happened to each order, event by event: what the row in `orders` is can be told from it alone. Nothing in it is about a person.
CREATE TABLE order_events (
    tenant_id UUID NOT NULL,
    order_id UUID NOT NULL REFERENCES orders (id),
    -- The order's version after it; two changes never have the same.
    version BIGINT NOT NULL CHECK (version > 0),
    kind TEXT COLLATE "C" NOT NULL,
    -- The shape `payload` has: an older one is read as the newer one says.
    shape BIGINT NOT NULL DEFAULT 1,
    payload JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (order_id, version)
);
CREATE INDEX order_events_tenant ON order_events (tenant_id, order_id, version);
CALL purser_guard('order_events');

-- An order as it was at a version, so that a long history need not be read from its beginning.
CREATE TABLE order_snapshots (
    tenant_id UUID NOT NULL,
    order_id UUID PRIMARY KEY NOT NULL REFERENCES orders (id),
    version BIGINT NOT NULL,
    shape BIGINT NOT NULL DEFAULT 1,
    payload JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX order_snapshots_tenant ON order_snapshots (tenant_id, order_id);
CALL purser_guard('order_snapshots');

-- Orders from before begin where they are.
INSERT INTO order_events (tenant_id, order_id, version, kind, payload, at)
SELECT tenant_id, id, version, 'adopted', jsonb_build_object(
    'number', number, 'customer_id', customer_id, 'state', state, 'payment_state', payment_state, 'country', country,
    'currency', currency, 'item_count', item_count, 'subtotal', subtotal, 'discount', discount, 'tax', tax, 'shipping', shipping, 'total', total,
    'paid', paid, 'refunded', refunded, 'source', source, 'held', held_at IS NOT NULL,
    'created_at', (EXTRACT(EPOCH FROM created_at) * 1000000)::BIGINT), updated_at
FROM orders;

-- When regular work is done, where a tenant wants it otherwise than is usual: a rule of five fields, in the time of a place.
ALTER TABLE job_schedules ADD COLUMN cron TEXT COLLATE "C";
ALTER TABLE job_schedules ADD COLUMN zone TEXT COLLATE "C";
ALTER TABLE job_schedules ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE job_schedules ADD COLUMN last_at TIMESTAMPTZ;
ALTER TABLE job_schedules ADD COLUMN changed_by UUID;
ALTER TABLE job_schedules ADD COLUMN changed_at TIMESTAMPTZ;
