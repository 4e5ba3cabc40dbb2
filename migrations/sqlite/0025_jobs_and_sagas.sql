-- Work that is searched, tried again by the hundred, held back queue by queue; and work in several steps.

-- Who let it be tried again, when, and how often that happened.
ALTER TABLE jobs ADD COLUMN retried_by BLOB;
ALTER TABLE jobs ADD COLUMN retried_at INTEGER;
ALTER TABLE jobs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
-- How much of a queue began lately.
CREATE INDEX jobs_started ON jobs (tenant_id, queue, started_at) WHERE started_at IS NOT NULL;

-- The words of a piece of work, by which it is found: its kind and what it was put in with. They go with it.
CREATE TABLE job_terms (
    tenant_id BLOB NOT NULL,
    term TEXT NOT NULL,
    job_id BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, term, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_terms_job ON job_terms (job_id);

-- A queue that is held back: stopped, or so many at once, or so many a minute. One without a row is not.
CREATE TABLE job_queues (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    queue TEXT NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    at_once INTEGER CHECK (at_once > 0),
    per_minute INTEGER CHECK (per_minute > 0),
    changed_by BLOB,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, queue)
) STRICT, WITHOUT ROWID;

-- Work in several steps that is either done whole or undone whole, and every try of every step.

CREATE TABLE sagas (
    id BLOB PRIMARY KEY NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    -- The order, or whatever else it is about.
    subject_id BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'compensating', 'completed', 'failed', 'needs_attention', 'resolved')),
    -- Whether steps are being undone; kept while it needs attention.
    undoing INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL,
    error TEXT,
    -- What a person wrote down when they settled it by hand.
    note TEXT,
    -- The run that this one tries again.
    again_of BLOB,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX sagas_created ON sagas (tenant_id, created_at, id);
CREATE INDEX sagas_state ON sagas (tenant_id, state, created_at, id);
CREATE INDEX sagas_subject ON sagas (tenant_id, subject_id, created_at, id);

CREATE TABLE saga_steps (
    saga_id BLOB NOT NULL REFERENCES sagas (id),
    seq INTEGER NOT NULL,
    tenant_id BLOB NOT NULL,
    name TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('act', 'undo')),
    -- Begun; done; failed, so that nobody knows what came of it; a clear no, so that nothing did.
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'refused')),
    attempt INTEGER NOT NULL,
    output TEXT,
    error TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (saga_id, seq)
) STRICT, WITHOUT ROWID;
