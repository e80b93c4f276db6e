-- From schema version 2 to 3: what the message says of the company stands beside what the log prints,
-- sightings have places, runs keep what their page says, and run ids are not used twice. Columns come
-- first: a table that was updated is not altered in the same transaction.
--
-- Until now a company that only the message named was written into column company, in capitals. Where
-- the two differ, or the message names none, company is the log's for certain. Where they are equal
-- nobody can tell by the record alone, so its file is asked: one that has a company which only the log
-- can have printed has a column for it, and keeps it; in any other (all plug-in traces, exports
-- without the column) every company came from a message, and moves. What this gets wrong is an empty
-- cell in a file that fills others: the name stays in company as well. No name is lost, and no report
-- says anything else than before.
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
UPDATE dw.records SET company_named = nullif(upper(captures['company']), '') WHERE captures['company'] IS NOT NULL;
UPDATE dw.records SET company = NULL
WHERE company = company_named AND (run_id, file) NOT IN (
  SELECT (run_id, file) FROM dw.records WHERE company IS NOT NULL AND company IS DISTINCT FROM company_named
);
UPDATE dw.runs SET inherited = 0;
INSERT INTO dw.meta VALUES ('last_run', '0');
