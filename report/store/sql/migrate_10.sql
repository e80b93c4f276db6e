-- From schema version 10 to 11: what an export says of itself. Of earlier ones only their warnings told that they are incomplete, and how many rows
-- there should be only where they were.
ALTER TABLE dw.files ADD COLUMN counted BIGINT;
ALTER TABLE dw.files ADD COLUMN incomplete BOOLEAN;
UPDATE dw.files SET incomplete = len(list_filter(warnings, w -> starts_with(w, 'the export is incomplete'))) > 0;
