-- Whose name is beside it, so that the name goes when the person is erased. Rows of before know the name alone.

ALTER TABLE rights ADD COLUMN ended_by UUID;
ALTER TABLE break_glass ADD COLUMN sealed_by UUID;
