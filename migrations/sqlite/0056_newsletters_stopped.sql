-- When somebody stopped it half-way. Its state is 'sent' then: nobody's turn comes any more.
ALTER TABLE newsletters ADD COLUMN stopped_at INTEGER;
