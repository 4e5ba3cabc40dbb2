-- Whoever acts on what happened: how far each is, what it dealt with, what it could not do. What happened itself is in `events`.

-- What is carried to them, in order: everything but the comings and goings of work for later.
CREATE INDEX events_carried ON events (tenant_id, seq) WHERE topic <> 'job';

CREATE TABLE bus_consumers (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    -- Everything up to this number was dealt with, but for what is stuck.
    seq BIGINT NOT NULL,
    -- How many it acted on so far.
    handled BIGINT NOT NULL DEFAULT 0,
    moved_at TIMESTAMPTZ,
    -- The last time it could not do something, and why.
    error TEXT COLLATE "C",
    failed_at TIMESTAMPTZ,
    -- Somebody showed it again what happened from that number on.
    replayed_from BIGINT,
    replayed_by UUID,
    replayed_at TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, name)
);
CALL purser_guard('bus_consumers');

-- What each acted on, written with the act: the same event a second time changes nothing.
CREATE TABLE bus_inbox (
    tenant_id UUID NOT NULL,
    consumer TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, consumer, seq)
);
CALL purser_guard('bus_inbox');

-- What one could not do, and what waits behind it because it is about the same thing.
CREATE TABLE bus_stuck (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    consumer TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    actor_id UUID,
    at TIMESTAMPTZ NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'parked')),
    -- 0 while it waits behind an earlier one.
    attempts BIGINT NOT NULL,
    error TEXT COLLATE "C",
    next_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX bus_stuck_once ON bus_stuck (tenant_id, consumer, seq);
CREATE INDEX bus_stuck_created ON bus_stuck (tenant_id, created_at, id);
CREATE INDEX bus_stuck_subject ON bus_stuck (tenant_id, consumer, subject_id, seq) WHERE state = 'waiting';
CREATE INDEX bus_stuck_due ON bus_stuck (next_at) WHERE state = 'waiting';
CALL purser_guard('bus_stuck');

-- How far what happened was handed to a bus outside, and which process hands it over.
CREATE TABLE bus_relays (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    bus TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    owner UUID,
    owner_until TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, bus)
);
CALL purser_guard('bus_relays');

-- Telling other systems goes on from where it was.
INSERT INTO bus_consumers (tenant_id, name, seq) SELECT tenant_id, 'webhooks', seq FROM webhook_cursors;
DROP TABLE webhook_cursors;
