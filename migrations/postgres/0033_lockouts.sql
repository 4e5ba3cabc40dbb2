-- Who is locked at this moment is found without reading every failure there was.

CREATE INDEX lockouts_locked ON lockouts (locked_until) WHERE locked_until IS NOT NULL;
