-- Work for later, and mail. A job is written in the transaction that wants it done; neither table ever holds a secret.

CREATE TABLE jobs (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    queue TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'running', 'done', 'dead', 'cancelled')),
    priority BIGINT NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    -- Who is at it, and until when that counts.
    worker UUID,
    lease_until TIMESTAMPTZ,
    -- Of all that wait or run, one of a kind with this name.
    unique_key TEXT COLLATE "C",
    last_error TEXT COLLATE "C",
    progress BIGINT NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK (attempts <= max_attempts)
);
CREATE INDEX jobs_due ON jobs (priority DESC, run_at, id) WHERE state = 'pending';
CREATE INDEX jobs_next ON jobs (run_at) WHERE state = 'pending';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_over ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('pending', 'running');
CREATE INDEX jobs_created ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_state ON jobs (tenant_id, state, created_at, id);

-- When regular work of a tenant is due next; whoever moves the time on does it.
CREATE TABLE job_schedules (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- What is mailed to whom. The text is made from the template when it is sent or looked at, links included: none is stored.
CREATE TABLE mails (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID REFERENCES users (id),
    address TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    template TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    facts JSONB NOT NULL,
    link_id UUID,
    subject TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    provider TEXT COLLATE "C",
    error TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE INDEX mails_created ON mails (tenant_id, created_at, id);
CREATE INDEX mails_state ON mails (tenant_id, state, created_at, id);
CREATE INDEX mails_user ON mails (tenant_id, user_id, created_at, id);
CALL purser_guard('jobs');
CALL purser_guard('job_schedules');
CALL purser_guard('mails');
