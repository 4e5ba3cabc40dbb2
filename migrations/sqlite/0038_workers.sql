-- Processes that do work for later, as each says of itself every few seconds. One that ends in order takes its row with it; what is left of
-- others is forgotten after a day.
CREATE TABLE workers (
    id BLOB PRIMARY KEY NOT NULL,
    -- 'serve': it has a door as well; 'worker': work alone.
    role TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    version TEXT NOT NULL,
    -- Names with commas between them.
    queues TEXT NOT NULL,
    -- Work at once.
    room INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    beat_at INTEGER NOT NULL
) STRICT;
CREATE INDEX workers_beat ON workers (beat_at);
