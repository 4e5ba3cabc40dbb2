-- Who made themselves an account and has not proved their address yet, and when they were reminded of it.
CREATE TABLE registrations (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    at INTEGER NOT NULL,
    reminded_at INTEGER
) STRICT;
CREATE INDEX registrations_at ON registrations (tenant_id, at);

-- Of how many days ahead whoever has a key was last told that it runs out.
ALTER TABLE api_keys ADD COLUMN told_days INTEGER;
CREATE INDEX api_keys_runs_out ON api_keys (tenant_id, expires_at) WHERE revoked_at IS NULL;
