-- Sealed ways in for the day nobody else gets in: a code on paper, good once and for an hour, with an alarm. The account it opens has no
-- password and is locked while it is not in use.

CREATE TABLE break_glass (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    sealed_at INTEGER NOT NULL,
    sealed_by_name TEXT NOT NULL,
    -- Another was sealed in its place, or it was torn up.
    void_at INTEGER,
    opened_at INTEGER,
    reason TEXT,
    ip TEXT,
    session_id BLOB REFERENCES sessions (id),
    until INTEGER,
    closed_at INTEGER,
    CHECK ((opened_at IS NULL) = (until IS NULL))
) STRICT;
CREATE INDEX break_glass_sealed ON break_glass (tenant_id, sealed_at, id);
CREATE INDEX break_glass_open ON break_glass (until) WHERE opened_at IS NOT NULL AND closed_at IS NULL;
