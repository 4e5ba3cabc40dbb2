-- Whoever acts on what happened: how far each is, what it dealt with, what it could not do. What happened itself is in `events`.

-- What is carried to them, in order: everything but the comings and goings of work for later.
CREATE INDEX events_carried ON events (tenant_id, seq) WHERE topic <> 'job';

CREATE TABLE bus_consumers (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    -- Everything up to this number was dealt with, but for what is stuck.
    seq INTEGER NOT NULL,
    -- How many it acted on so far.
    handled INTEGER NOT NULL DEFAULT 0,
    moved_at INTEGER,
    -- The last time it could not do something, and why.
    error TEXT,
    failed_at INTEGER,
    -- Somebody showed it again what happened from that number on.
    replayed_from INTEGER,
    replayed_by BLOB,
    replayed_at INTEGER,
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- What each acted on, written with the act: the same event a second time changes nothing.
CREATE TABLE bus_inbox (
    tenant_id BLOB NOT NULL,
    consumer TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, consumer, seq)
) STRICT, WITHOUT ROWID;

-- What one could not do, and what waits behind it because it is about the same thing.
CREATE TABLE bus_stuck (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    consumer TEXT NOT NULL,
    seq INTEGER NOT NULL,
    topic TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    actor_id BLOB,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'parked')),
    -- 0 while it waits behind an earlier one.
    attempts INTEGER NOT NULL,
    error TEXT,
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX bus_stuck_once ON bus_stuck (tenant_id, consumer, seq);
CREATE INDEX bus_stuck_created ON bus_stuck (tenant_id, created_at, id);
CREATE INDEX bus_stuck_subject ON bus_stuck (tenant_id, consumer, subject_id, seq) WHERE state = 'waiting';
CREATE INDEX bus_stuck_due ON bus_stuck (next_at) WHERE state = 'waiting';

-- How far what happened was handed to a bus outside, and which process hands it over.
CREATE TABLE bus_relays (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    bus TEXT NOT NULL,
    seq INTEGER NOT NULL,
    owner BLOB,
    owner_until INTEGER,
    PRIMARY KEY (tenant_id, bus)
) STRICT, WITHOUT ROWID;

-- Telling other systems goes on from where it was.
INSERT INTO bus_consumers (tenant_id, name, seq) SELECT tenant_id, 'webhooks', seq FROM webhook_cursors;
DROP TABLE webhook_cursors;
