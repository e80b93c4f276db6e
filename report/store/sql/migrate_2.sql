-- From schema version 2 to 3: what the message says of the company stands beside what the log prints,
-- sightings have places, runs keep what their page says, and run ids are not used twice. fill_3.sql fills
-- the columns.
ALTER TABLE dw.records ADD COLUMN company_named VARCHAR;
-- Where earlier runs met their records again is not known, nor how they ended.
ALTER TABLE dw.sightings ADD COLUMN file VARCHAR;
ALTER TABLE dw.sightings ADD COLUMN row BIGINT;
ALTER TABLE dw.sightings ADD COLUMN byte_offset BIGINT;
ALTER TABLE dw.sightings ADD COLUMN byte_length BIGINT;
ALTER TABLE dw.runs ADD COLUMN inherited BIGINT;
ALTER TABLE dw.runs ADD COLUMN fail_on VARCHAR;
ALTER TABLE dw.runs ADD COLUMN max_rejects VARCHAR;
ALTER TABLE dw.runs ADD COLUMN exit_code INTEGER;
ALTER TABLE dw.runs ADD COLUMN timings STRUCT(stage VARCHAR, seconds DOUBLE)[];
