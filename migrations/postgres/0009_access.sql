-- Roles a tenant changed or made, and the rights and denials of single people. The presets themselves are defined by Purser.

CREATE TABLE roles (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    staff BOOLEAN NOT NULL,
    inherits JSONB NOT NULL,
    granted JSONB NOT NULL,
    withheld JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CALL purser_guard('roles');

-- What single people may do beyond their role, and what they may not do in spite of it. A denial wins.
CREATE TABLE rights (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    power TEXT COLLATE "C" NOT NULL,
    denied BOOLEAN NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    created_by UUID,
    created_by_name TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    ended_by_name TEXT COLLATE "C"
);
CREATE INDEX rights_user ON rights (tenant_id, user_id, created_at);
CALL purser_guard('rights');

-- Rules written as text, asked after the rights.
CREATE TABLE policies (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    cases JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'shadow', 'enforced', 'off')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX policies_name ON policies (tenant_id, name, id);

-- What each policy was, version by version.
CREATE TABLE policy_versions (
    policy_id UUID NOT NULL REFERENCES policies (id),
    version BIGINT NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    cases JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    changed_by UUID,
    changed_by_name TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (policy_id, version)
);

-- Who was refused what, or would have been by a policy in the shadow.
CREATE TABLE refusals (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL,
    user_name TEXT COLLATE "C" NOT NULL,
    permission TEXT COLLATE "C" NOT NULL,
    policy_id UUID,
    line BIGINT,
    shadow BOOLEAN NOT NULL,
    facts JSONB NOT NULL
);
CREATE INDEX refusals_at ON refusals (tenant_id, at, id);
CREATE INDEX refusals_policy ON refusals (tenant_id, policy_id, at, id);
CREATE INDEX refusals_old ON refusals (at);

-- When each person last used each permission.
CREATE TABLE permission_uses (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL,
    permission TEXT COLLATE "C" NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id, permission)
);
CALL purser_guard('policies');
CALL purser_guard('policy_versions');
CALL purser_guard('refusals');
CALL purser_guard('permission_uses');

-- Who acted as whom, through which session.
CREATE TABLE impersonations (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    session_id UUID NOT NULL REFERENCES sessions (id),
    by_id UUID NOT NULL,
    by_name TEXT COLLATE "C" NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    reason TEXT COLLATE "C" NOT NULL,
    writes BOOLEAN NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX impersonations_session ON impersonations (session_id, until);
CREATE INDEX impersonations_user ON impersonations (tenant_id, user_id, started_at);
CALL purser_guard('impersonations');
