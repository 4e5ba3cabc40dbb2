-- Sealed ways in for the day nobody else gets in: a code on paper, good once and for an hour, with an alarm. The account it opens has no
-- password and is locked while it is not in use.

CREATE TABLE break_glass (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL UNIQUE,
    sealed_at TIMESTAMPTZ NOT NULL,
    sealed_by_name TEXT COLLATE "C" NOT NULL,
    -- Another was sealed in its place, or it was torn up.
    void_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ,
    reason TEXT COLLATE "C",
    ip TEXT COLLATE "C",
    session_id UUID REFERENCES sessions (id),
    until TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    CHECK ((opened_at IS NULL) = (until IS NULL))
);
CREATE INDEX break_glass_sealed ON break_glass (tenant_id, sealed_at, id);
CREATE INDEX break_glass_open ON break_glass (until) WHERE opened_at IS NOT NULL AND closed_at IS NULL;
CALL purser_guard('break_glass');
