-- What somebody decided not to ask for any more of an order that was paid in part.
ALTER TABLE orders ADD COLUMN waived BIGINT NOT NULL DEFAULT 0 CHECK (waived >= 0);

-- What the provider gave back of the fee of a dispute.
ALTER TABLE disputes ADD COLUMN fee_back BIGINT NOT NULL DEFAULT 0 CHECK (fee_back >= 0);
