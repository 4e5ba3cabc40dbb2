-- Where a tenant stands: active, suspended, closing (to be deleted when its grace is over) or purging. The first one is the home of the
-- installation, whose owners look after the others; there is exactly one, and it stays.

ALTER TABLE tenants ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closing', 'purging'));
ALTER TABLE tenants ADD COLUMN home INTEGER NOT NULL DEFAULT 0 CHECK (home IN (0, 1) AND (home = 0 OR state = 'active'));
ALTER TABLE tenants ADD COLUMN state_reason TEXT;
ALTER TABLE tenants ADD COLUMN state_at INTEGER;
ALTER TABLE tenants ADD COLUMN purge_at INTEGER CHECK (purge_at IS NULL OR state IN ('closing', 'purging'));
UPDATE tenants SET home = 1 WHERE id = (SELECT id FROM tenants ORDER BY id LIMIT 1);
CREATE UNIQUE INDEX tenants_home ON tenants (home) WHERE home = 1;
CREATE INDEX tenants_created ON tenants (created_at, id);
CREATE INDEX tenants_name ON tenants (name, id);

-- Rows are deleted only after the grace, and from there is no way back.
CREATE TRIGGER tenants_purging BEFORE UPDATE OF state ON tenants
WHEN (OLD.state = 'purging' AND NEW.state <> 'purging') OR (NEW.state = 'purging' AND OLD.state NOT IN ('closing', 'purging')) BEGIN
    SELECT RAISE(ABORT, 'a tenant is deleted after its grace, and then for good');
END;

-- The audit log and the ledger of a tenant that is being deleted go with it; those of every other one stay as they are.
DROP TRIGGER audit_log_no_delete;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
WHEN NOT EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id AND state = 'purging') BEGIN
    SELECT RAISE(ABORT, 'the audit log can not be changed');
END;
DROP TRIGGER ledger_postings_no_delete;
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings
WHEN NOT EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id AND state = 'purging') BEGIN
    SELECT RAISE(ABORT, 'the ledger can not be changed');
END;
DROP TRIGGER ledger_entries_no_delete;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
WHEN NOT EXISTS (SELECT 1 FROM tenants WHERE id = OLD.tenant_id AND state = 'purging') BEGIN
    SELECT RAISE(ABORT, 'the ledger can not be changed');
END;
