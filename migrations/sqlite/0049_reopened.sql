-- A period that was opened again: books may be put right there until it is closed anew.
ALTER TABLE ledger_periods ADD COLUMN reopened_at INTEGER;
ALTER TABLE ledger_periods ADD COLUMN reopened_by BLOB;
ALTER TABLE ledger_periods ADD COLUMN reopened_by_name TEXT;
ALTER TABLE ledger_periods ADD COLUMN reopen_reason TEXT;

-- What waits for approval is what an edit of an order gives back: pieces are out already, and come back in when the answer is no.
ALTER TABLE approvals ADD COLUMN of_edit INTEGER NOT NULL DEFAULT 0 CHECK (of_edit IN (0, 1));
