-- Work that is searched, tried again by the hundred, held back queue by queue; and work in several steps.

-- Who let it be tried again, when, and how often that happened.
ALTER TABLE jobs ADD COLUMN retried_by UUID;
ALTER TABLE jobs ADD COLUMN retried_at TIMESTAMPTZ;
ALTER TABLE jobs ADD COLUMN retries BIGINT NOT NULL DEFAULT 0;
-- How much of a queue began lately.
CREATE INDEX jobs_started ON jobs (tenant_id, queue, started_at) WHERE started_at IS NOT NULL;

-- The words of a piece of work, by which it is found: its kind and what it was put in with. They go with it.
CREATE TABLE job_terms (
    tenant_id UUID NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    job_id UUID NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, term, job_id)
);
CREATE INDEX job_terms_job ON job_terms (job_id);

-- A queue that is held back: stopped, or so many at once, or so many a minute. One without a row is not.
CREATE TABLE job_queues (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    queue TEXT COLLATE "C" NOT NULL,
    paused BOOLEAN NOT NULL DEFAULT FALSE,
    at_once BIGINT CHECK (at_once > 0),
    per_minute BIGINT CHECK (per_minute > 0),
    changed_by UUID,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, queue)
);
CALL purser_guard('job_terms');
CALL purser_guard('job_queues');

-- Work in several steps that is either done whole or undone whole, and every try of every step.

CREATE TABLE sagas (
    id UUID PRIMARY KEY NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    kind TEXT COLLATE "C" NOT NULL,
    -- The order, or whatever else it is about.
    subject_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'compensating', 'completed', 'failed', 'needs_attention', 'resolved')),
    -- Whether steps are being undone; kept while it needs attention.
    undoing BOOLEAN NOT NULL DEFAULT FALSE,
    payload JSONB NOT NULL,
    error TEXT COLLATE "C",
    -- What a person wrote down when they settled it by hand.
    note TEXT COLLATE "C",
    -- The run that this one tries again.
    again_of UUID,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX sagas_created ON sagas (tenant_id, created_at, id);
CREATE INDEX sagas_state ON sagas (tenant_id, state, created_at, id);
CREATE INDEX sagas_subject ON sagas (tenant_id, subject_id, created_at, id);

CREATE TABLE saga_steps (
    saga_id UUID NOT NULL REFERENCES sagas (id),
    seq BIGINT NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    direction TEXT COLLATE "C" NOT NULL CHECK (direction IN ('act', 'undo')),
    -- Begun; done; failed, so that nobody knows what came of it; a clear no, so that nothing did.
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'failed', 'refused')),
    attempt BIGINT NOT NULL,
    output JSONB,
    error TEXT COLLATE "C",
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (saga_id, seq)
);
CALL purser_guard('sagas');
CALL purser_guard('saga_steps');
