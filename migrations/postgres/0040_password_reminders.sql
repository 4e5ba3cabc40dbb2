-- When somebody was told that their password runs out soon.

ALTER TABLE password_standings ADD COLUMN reminded_at TIMESTAMPTZ;

-- Whether anybody still has a password that was hashed elsewhere, which takes other work than ours.
CREATE INDEX users_old_hash ON users (id) WHERE password_hash IS NOT NULL AND password_hash NOT LIKE '_argon2id%';
