-- Work for later, and mail. A job is written in the transaction that wants it done; neither table ever holds a secret.

CREATE TABLE jobs (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'dead', 'cancelled')),
    priority INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    -- Who is at it, and until when that counts.
    worker BLOB,
    lease_until INTEGER,
    -- Of all that wait or run, one of a kind with this name.
    unique_key TEXT,
    last_error TEXT,
    progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    created_by BLOB,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK (attempts <= max_attempts)
) STRICT;
CREATE INDEX jobs_due ON jobs (priority DESC, run_at, id) WHERE state = 'pending';
CREATE INDEX jobs_next ON jobs (run_at) WHERE state = 'pending';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_over ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('pending', 'running');
CREATE INDEX jobs_created ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_state ON jobs (tenant_id, state, created_at, id);

-- When regular work of a tenant is due next; whoever moves the time on does it.
CREATE TABLE job_schedules (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- What is mailed to whom. The text is made from the template when it is sent or looked at, links included: none is stored.
CREATE TABLE mails (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    user_id BLOB REFERENCES users (id),
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    template TEXT NOT NULL,
    language TEXT NOT NULL,
    facts TEXT NOT NULL,
    link_id BLOB,
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    provider TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX mails_created ON mails (tenant_id, created_at, id);
CREATE INDEX mails_state ON mails (tenant_id, state, created_at, id);
CREATE INDEX mails_user ON mails (tenant_id, user_id, created_at, id);
