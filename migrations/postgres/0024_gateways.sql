-- Payment providers of a tenant, what they call our things, and what they told us.

CREATE TABLE payment_connections (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('sandbox', 'stripe', 'paypal')),
    name TEXT COLLATE "C" NOT NULL,
    -- What may be seen of us there: a publishable key, a client id.
    account TEXT COLLATE "C",
    -- Sealed: the key, and what messages are signed with.
    secret TEXT COLLATE "C" NOT NULL,
    has_signing BOOLEAN NOT NULL,
    -- What the provider calls the place it tells us at.
    webhook_ref TEXT COLLATE "C",
    live BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Whether new payments go there: one of a tenant.
    leads BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (enabled OR NOT leads)
);
CREATE UNIQUE INDEX payment_connections_name ON payment_connections (tenant_id, name);
CREATE UNIQUE INDEX payment_connections_leads ON payment_connections (tenant_id) WHERE leads;

-- Which connection a payment goes through, and what the provider calls it. A payment that is not here is the sandbox's.
CREATE TABLE gateway_payments (
    payment_id UUID PRIMARY KEY NOT NULL REFERENCES payments (id),
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    connection_id UUID NOT NULL REFERENCES payment_connections (id),
    reference TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX gateway_payments_created ON gateway_payments (created_at);
CREATE UNIQUE INDEX gateway_payments_reference ON gateway_payments (connection_id, reference) WHERE reference IS NOT NULL;

CREATE TABLE gateway_refunds (
    refund_id UUID PRIMARY KEY NOT NULL REFERENCES refunds (id),
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    reference TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE gateway_customers (
    connection_id UUID NOT NULL REFERENCES payment_connections (id),
    user_id UUID NOT NULL REFERENCES users (id),
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    reference TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection_id, user_id)
);
CREATE INDEX gateway_customers_user ON gateway_customers (tenant_id, user_id);

-- What a provider told us, each once. The message itself is sealed: it may name somebody.
CREATE TABLE gateway_events (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    connection_id UUID NOT NULL REFERENCES payment_connections (id),
    provider_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- What the provider calls the payment it is about.
    subject TEXT COLLATE "C",
    sealed TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('received', 'processed', 'ignored', 'failed')),
    outcome TEXT COLLATE "C",
    payment_id UUID,
    -- How often the same message came.
    copies BIGINT NOT NULL DEFAULT 1,
    received_at TIMESTAMPTZ NOT NULL,
    processed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX gateway_events_once ON gateway_events (connection_id, provider_id);
CREATE INDEX gateway_events_received ON gateway_events (tenant_id, received_at, id);
CALL purser_guard('payment_connections');
CALL purser_guard('gateway_payments');
CALL purser_guard('gateway_refunds');
CALL purser_guard('gateway_customers');
CALL purser_guard('gateway_events');
