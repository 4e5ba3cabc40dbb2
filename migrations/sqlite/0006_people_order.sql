-- Everybody who is not deleted, newest first: the list people open most, and how many there are.
CREATE INDEX users_live ON users (tenant_id, created_at, id) WHERE deleted_at IS NULL;
