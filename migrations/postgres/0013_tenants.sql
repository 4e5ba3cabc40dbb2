-- Where a tenant stands: active, suspended, closing (to be deleted when its grace is over) or purging. The first one is the home of the
-- installation, whose owners look after the others; there is exactly one, and it stays.

ALTER TABLE tenants ADD COLUMN state TEXT COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closing', 'purging'));
ALTER TABLE tenants ADD COLUMN home BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT home OR state = 'active');
ALTER TABLE tenants ADD COLUMN state_reason TEXT COLLATE "C";
ALTER TABLE tenants ADD COLUMN state_at TIMESTAMPTZ;
ALTER TABLE tenants ADD COLUMN purge_at TIMESTAMPTZ CHECK (purge_at IS NULL OR state IN ('closing', 'purging'));
UPDATE tenants SET home = TRUE WHERE id = (SELECT id FROM tenants ORDER BY id LIMIT 1);
CREATE UNIQUE INDEX tenants_home ON tenants (home) WHERE home;
CREATE INDEX tenants_created ON tenants (created_at, id);
CREATE INDEX tenants_name ON tenants (name, id);

-- Rows are deleted only after the grace, and from there is no way back.
CREATE FUNCTION purser_purge_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.state = 'purging' AND NEW.state <> 'purging') OR (NEW.state = 'purging' AND OLD.state NOT IN ('closing', 'purging')) THEN
        RAISE EXCEPTION 'a tenant is deleted after its grace, and then for good';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_purging BEFORE UPDATE OF state ON tenants FOR EACH ROW EXECUTE FUNCTION purser_purge_is_final();

-- The audit log and the ledger of a tenant that is being deleted go with it; those of every other one stay as they are.
CREATE OR REPLACE FUNCTION purser_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id AND state = 'purging') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log can not be changed';
END $$;
CREATE OR REPLACE FUNCTION purser_ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id AND state = 'purging') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the ledger can not be changed';
END $$;
