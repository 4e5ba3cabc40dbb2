-- Processes that do work for later, as each says of itself every few seconds. One that ends in order takes its row with it; what is left of
-- others is forgotten after a day.
CREATE TABLE workers (
    id UUID PRIMARY KEY NOT NULL,
    -- 'serve': it has a door as well; 'worker': work alone.
    role TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    pid BIGINT NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    -- Names with commas between them.
    queues TEXT COLLATE "C" NOT NULL,
    -- Work at once.
    room BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    beat_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX workers_beat ON workers (beat_at);
