-- Payment providers of a tenant, what they call our things, and what they told us.

CREATE TABLE payment_connections (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('sandbox', 'stripe', 'paypal')),
    name TEXT NOT NULL,
    -- What may be seen of us there: a publishable key, a client id.
    account TEXT,
    -- Sealed: the key, and what messages are signed with.
    secret TEXT NOT NULL,
    has_signing INTEGER NOT NULL CHECK (has_signing IN (0, 1)),
    -- What the provider calls the place it tells us at.
    webhook_ref TEXT,
    live INTEGER NOT NULL CHECK (live IN (0, 1)),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Whether new payments go there: one of a tenant.
    leads INTEGER NOT NULL CHECK (leads IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (enabled = 1 OR leads = 0)
) STRICT;
CREATE UNIQUE INDEX payment_connections_name ON payment_connections (tenant_id, name);
CREATE UNIQUE INDEX payment_connections_leads ON payment_connections (tenant_id) WHERE leads = 1;

-- Which connection a payment goes through, and what the provider calls it. A payment that is not here is the sandbox's.
CREATE TABLE gateway_payments (
    payment_id BLOB PRIMARY KEY NOT NULL REFERENCES payments (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    connection_id BLOB NOT NULL REFERENCES payment_connections (id),
    reference TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gateway_payments_created ON gateway_payments (created_at);
CREATE UNIQUE INDEX gateway_payments_reference ON gateway_payments (connection_id, reference) WHERE reference IS NOT NULL;

CREATE TABLE gateway_refunds (
    refund_id BLOB PRIMARY KEY NOT NULL REFERENCES refunds (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    reference TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE gateway_customers (
    connection_id BLOB NOT NULL REFERENCES payment_connections (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    reference TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gateway_customers_user ON gateway_customers (tenant_id, user_id);

-- What a provider told us, each once. The message itself is sealed: it may name somebody.
CREATE TABLE gateway_events (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    connection_id BLOB NOT NULL REFERENCES payment_connections (id),
    provider_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What the provider calls the payment it is about.
    subject TEXT,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'processed', 'ignored', 'failed')),
    outcome TEXT,
    payment_id BLOB,
    -- How often the same message came.
    copies INTEGER NOT NULL DEFAULT 1,
    received_at INTEGER NOT NULL,
    processed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX gateway_events_once ON gateway_events (connection_id, provider_id);
CREATE INDEX gateway_events_received ON gateway_events (tenant_id, received_at, id);
