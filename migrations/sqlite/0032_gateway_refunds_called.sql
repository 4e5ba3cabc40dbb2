-- Refunds by the name their provider gave them: what a report is about.
CREATE INDEX gateway_refunds_reference ON gateway_refunds (tenant_id, reference);
