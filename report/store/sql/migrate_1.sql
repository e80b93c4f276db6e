-- From schema version 1 to 2: records say what was cut short and what was withheld. Of the records
-- that are there already nobody knows.
BEGIN;
ALTER TABLE dw.records ADD COLUMN truncated VARCHAR;
ALTER TABLE dw.records ADD COLUMN withheld VARCHAR;
-- A view keeps the columns it was made with.
CREATE OR REPLACE VIEW dw.v_records AS
SELECT r.*, u.environment
FROM dw.records r JOIN dw.runs u USING (run_id);
UPDATE dw.meta SET value = '2' WHERE key = 'schema_version';
COMMIT;
