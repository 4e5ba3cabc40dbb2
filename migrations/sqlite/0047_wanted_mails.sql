-- Which mails about the work somebody on the staff chose, with spaces between; nothing if they never chose.

ALTER TABLE users ADD COLUMN wanted_mails TEXT;
CREATE INDEX users_wanted_mails ON users (tenant_id, id) WHERE wanted_mails IS NOT NULL;
