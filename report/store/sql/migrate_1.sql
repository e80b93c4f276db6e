-- From schema version 1 to 2: records say what was cut short and what was withheld. Of the records
-- that are there already nobody knows.
ALTER TABLE dw.records ADD COLUMN truncated VARCHAR;
ALTER TABLE dw.records ADD COLUMN withheld VARCHAR;
