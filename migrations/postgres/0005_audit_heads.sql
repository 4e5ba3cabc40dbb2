-- Where each tenant's audit log ends, kept by the database itself: a log whose last lines were taken away no longer ends there.

CREATE TABLE audit_heads (
    tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenants (id),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

INSERT INTO audit_heads (tenant_id, seq, hash)
    SELECT a.tenant_id, a.seq, a.hash FROM audit_log a WHERE a.seq = (SELECT MAX(b.seq) FROM audit_log b WHERE b.tenant_id = a.tenant_id);

CREATE FUNCTION purser_remember_head() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
    FOR last IN SELECT DISTINCT ON (tenant_id) tenant_id, seq, hash FROM added ORDER BY tenant_id, seq DESC LOOP
        INSERT INTO audit_heads (tenant_id, seq, hash) VALUES (last.tenant_id, last.seq, last.hash)
            ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_log_head AFTER INSERT ON audit_log REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION purser_remember_head();
CALL purser_guard('audit_heads');
