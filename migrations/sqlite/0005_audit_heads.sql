-- Where each tenant's audit log ends, kept by the database itself: a log whose last lines were taken away no longer ends there.

CREATE TABLE audit_heads (
    tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenants (id),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

INSERT INTO audit_heads (tenant_id, seq, hash)
    SELECT a.tenant_id, a.seq, a.hash FROM audit_log a WHERE a.seq = (SELECT MAX(b.seq) FROM audit_log b WHERE b.tenant_id = a.tenant_id);

CREATE TRIGGER audit_log_head AFTER INSERT ON audit_log BEGIN
    INSERT INTO audit_heads (tenant_id, seq, hash) VALUES (NEW.tenant_id, NEW.seq, NEW.hash)
        ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
END;
