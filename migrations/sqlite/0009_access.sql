-- Roles a tenant changed or made, and the rights and denials of single people. The presets themselves are defined by Purser.

CREATE TABLE roles (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    staff INTEGER NOT NULL,
    inherits TEXT NOT NULL,
    granted TEXT NOT NULL,
    withheld TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;

-- What single people may do beyond their role, and what they may not do in spite of it. A denial wins.
CREATE TABLE rights (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    power TEXT NOT NULL,
    denied INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_by BLOB,
    created_by_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    ended_at INTEGER,
    ended_by_name TEXT
) STRICT;
CREATE INDEX rights_user ON rights (tenant_id, user_id, created_at);

-- Rules written as text, asked after the rights.
CREATE TABLE policies (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    source TEXT NOT NULL,
    cases TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'shadow', 'enforced', 'off')),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX policies_name ON policies (tenant_id, name, id);

-- What each policy was, version by version.
CREATE TABLE policy_versions (
    policy_id BLOB NOT NULL REFERENCES policies (id),
    version INTEGER NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    source TEXT NOT NULL,
    cases TEXT NOT NULL,
    state TEXT NOT NULL,
    changed_by BLOB,
    changed_by_name TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (policy_id, version)
) STRICT, WITHOUT ROWID;

-- Who was refused what, or would have been by a policy in the shadow.
CREATE TABLE refusals (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    at INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    user_name TEXT NOT NULL,
    permission TEXT NOT NULL,
    policy_id BLOB,
    line INTEGER,
    shadow INTEGER NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX refusals_at ON refusals (tenant_id, at, id);
CREATE INDEX refusals_policy ON refusals (tenant_id, policy_id, at, id);
CREATE INDEX refusals_old ON refusals (at);

-- When each person last used each permission.
CREATE TABLE permission_uses (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB NOT NULL,
    permission TEXT NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id, permission)
) STRICT, WITHOUT ROWID;

-- Who acted as whom, through which session.
CREATE TABLE impersonations (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    session_id BLOB NOT NULL REFERENCES sessions (id),
    by_id BLOB NOT NULL,
    by_name TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    writes INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX impersonations_session ON impersonations (session_id, until);
CREATE INDEX impersonations_user ON impersonations (tenant_id, user_id, started_at);
