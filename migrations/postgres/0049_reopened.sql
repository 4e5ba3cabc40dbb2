-- A period that was opened again: books may be put right there until it is closed anew.
ALTER TABLE ledger_periods ADD COLUMN reopened_at TIMESTAMPTZ;
ALTER TABLE ledger_periods ADD COLUMN reopened_by UUID;
ALTER TABLE ledger_periods ADD COLUMN reopened_by_name TEXT COLLATE "C";
ALTER TABLE ledger_periods ADD COLUMN reopen_reason TEXT COLLATE "C";

-- What waits for approval is what an edit of an order gives back: pieces are out already, and come back in when the answer is no.
ALTER TABLE approvals ADD COLUMN of_edit BOOLEAN NOT NULL DEFAULT FALSE;
