-- Private columns are sealed by the process that writes them (users.phone, users.notes, orders.address, orders.notes); a number is found by
-- a keyed hash. What is about a person can be taken out of the audit log for good, and nothing else of it can.

ALTER TABLE users ADD COLUMN phone_index TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN erased_at TIMESTAMPTZ;
ALTER TABLE orders ALTER COLUMN address TYPE TEXT COLLATE "C" USING address::text;
CREATE INDEX users_phone ON users (tenant_id, phone_index) WHERE phone_index IS NOT NULL;
-- What is still to be sealed, once; both are empty afterwards.
CREATE INDEX users_unsealed ON users (tenant_id, id) WHERE phone IS NOT NULL AND phone_index IS NULL;
CREATE INDEX orders_unsealed ON orders (tenant_id, id) WHERE substr(address, 1, 1) = '{';

-- Two halves of a line are personal: who acted (name, address, program) and what it was about (label, before, after, reason). Each is hashed
-- with a salt of its own; the chain holds that hash. Erased, the texts and the salt are gone and the hash stays in their place.
ALTER TABLE audit_log ADD COLUMN salt_actor BYTEA;
ALTER TABLE audit_log ADD COLUMN salt_subject BYTEA;
ALTER TABLE audit_log ADD COLUMN erased_actor BYTEA;
ALTER TABLE audit_log ADD COLUMN erased_subject BYTEA;

CREATE FUNCTION purser_refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.tenant_id, NEW.seq, NEW.at, NEW.actor_kind, NEW.action, NEW.subject_type, NEW.prev_hash, NEW.hash)
        IS NOT DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.seq, OLD.at, OLD.actor_kind, OLD.action, OLD.subject_type, OLD.prev_hash, OLD.hash)
    AND (NEW.actor_id, NEW.subject_id, NEW.request_id) IS NOT DISTINCT FROM (OLD.actor_id, OLD.subject_id, OLD.request_id)
    AND (
        (NEW.actor_name, NEW.ip, NEW.user_agent, NEW.salt_actor, NEW.erased_actor)
            IS NOT DISTINCT FROM (OLD.actor_name, OLD.ip, OLD.user_agent, OLD.salt_actor, OLD.erased_actor)
        OR (OLD.salt_actor IS NOT NULL AND NEW.salt_actor IS NULL AND coalesce(length(NEW.erased_actor), 0) = 32
            AND NEW.actor_name = '' AND NEW.ip IS NULL AND NEW.user_agent IS NULL)
    )
    AND (
        (NEW.subject_label, NEW.before, NEW.after, NEW.reason, NEW.salt_subject, NEW.erased_subject)
            IS NOT DISTINCT FROM (OLD.subject_label, OLD.before, OLD.after, OLD.reason, OLD.salt_subject, OLD.erased_subject)
        OR (OLD.salt_subject IS NOT NULL AND NEW.salt_subject IS NULL AND coalesce(length(NEW.erased_subject), 0) = 32
            AND NEW.subject_label = '' AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason IS NULL)
    )
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the audit log can not be changed';
END $$;
DROP TRIGGER audit_log_no_change ON audit_log;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION purser_refuse_change();
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION purser_refuse_all_but_erasure();
