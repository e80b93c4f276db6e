-- From schema version 3 to 4: records keep the business key that their log has a column for. What older
-- records had in that column nobody read.
ALTER TABLE dw.records ADD COLUMN record_key VARCHAR;
