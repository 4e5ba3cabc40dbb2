-- Private columns are sealed by the process that writes them (users.phone, users.notes, orders.address, orders.notes); a number is found by
-- a keyed hash. What is about a person can be taken out of the audit log for good, and nothing else of it can.

ALTER TABLE users ADD COLUMN phone_index TEXT;
ALTER TABLE users ADD COLUMN erased_at INTEGER;
CREATE INDEX users_phone ON users (tenant_id, phone_index) WHERE phone_index IS NOT NULL;
-- What is still to be sealed, once; both are empty afterwards.
CREATE INDEX users_unsealed ON users (tenant_id, id) WHERE phone IS NOT NULL AND phone_index IS NULL;
CREATE INDEX orders_unsealed ON orders (tenant_id, id) WHERE substr(address, 1, 1) = '{';

-- Two halves of a line are personal: who acted (name, address, program) and what it was about (label, before, after, reason). Each is hashed
-- with a salt of its own; the chain holds that hash. Erased, the texts and the salt are gone and the hash stays in their place.
ALTER TABLE audit_log ADD COLUMN salt_actor BLOB;
ALTER TABLE audit_log ADD COLUMN salt_subject BLOB;
ALTER TABLE audit_log ADD COLUMN erased_actor BLOB;
ALTER TABLE audit_log ADD COLUMN erased_subject BLOB;

DROP TRIGGER audit_log_no_update;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
WHEN NOT (
    NEW.id IS OLD.id AND NEW.tenant_id IS OLD.tenant_id AND NEW.seq IS OLD.seq AND NEW.at IS OLD.at
    AND NEW.actor_kind IS OLD.actor_kind AND NEW.actor_id IS OLD.actor_id AND NEW.action IS OLD.action
    AND NEW.subject_type IS OLD.subject_type AND NEW.subject_id IS OLD.subject_id AND NEW.request_id IS OLD.request_id
    AND NEW.prev_hash IS OLD.prev_hash AND NEW.hash IS OLD.hash
    AND (
        (NEW.actor_name IS OLD.actor_name AND NEW.ip IS OLD.ip AND NEW.user_agent IS OLD.user_agent
            AND NEW.salt_actor IS OLD.salt_actor AND NEW.erased_actor IS OLD.erased_actor)
        OR (OLD.salt_actor IS NOT NULL AND NEW.salt_actor IS NULL AND length(NEW.erased_actor) = 32
            AND NEW.actor_name = '' AND NEW.ip IS NULL AND NEW.user_agent IS NULL)
    )
    AND (
        (NEW.subject_label IS OLD.subject_label AND NEW.before IS OLD.before AND NEW.after IS OLD.after AND NEW.reason IS OLD.reason
            AND NEW.salt_subject IS OLD.salt_subject AND NEW.erased_subject IS OLD.erased_subject)
        OR (OLD.salt_subject IS NOT NULL AND NEW.salt_subject IS NULL AND length(NEW.erased_subject) = 32
            AND NEW.subject_label = '' AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason IS NULL)
    )
)
BEGIN SELECT RAISE(ABORT, 'the audit log can not be changed'); END;
