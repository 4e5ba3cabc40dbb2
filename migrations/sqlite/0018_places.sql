-- Where sign-ins came from, and what is worth knowing of them: found out once, when they happen.

-- Two letters of a country, 'here' or 'private'.
ALTER TABLE sign_ins ADD COLUMN place TEXT;
ALTER TABLE sign_ins ADD COLUMN network TEXT;
-- A sum of bits, see purser_core::identity::Risks.
ALTER TABLE sign_ins ADD COLUMN risks INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sign_ins_risky ON sign_ins (tenant_id, at, id) WHERE risks <> 0;
