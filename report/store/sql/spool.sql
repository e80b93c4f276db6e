-- What a run collects beside its records, until its transaction takes it over in one go.
CREATE OR REPLACE TABLE spool.main.rejects AS SELECT * EXCLUDE (run_id) FROM dw.rejects LIMIT 0;
CREATE OR REPLACE TABLE spool.main.sightings AS SELECT * EXCLUDE (run_id) FROM dw.sightings LIMIT 0;
CREATE OR REPLACE TABLE spool.main.files AS SELECT * EXCLUDE (run_id) FROM dw.files LIMIT 0;
CREATE OR REPLACE TABLE spool.main.text_parts AS SELECT * EXCLUDE (run_id) FROM dw.text_parts LIMIT 0;
CREATE OR REPLACE TABLE spool.main.coverage AS SELECT * EXCLUDE (run_id) FROM dw.coverage LIMIT 0;
-- The ids of a batch, to ask which of them the database holds.
CREATE OR REPLACE TABLE spool.main.asked AS SELECT record_id FROM dw.records LIMIT 0;
-- The files that are not read again: the number of the row in dw.files that says what is in them, and their position in this run.
CREATE OR REPLACE TABLE spool.main.again (number BIGINT, position BIGINT);
-- What an earlier run met, whose files are those of this one.
CREATE OR REPLACE TABLE spool.main.met AS SELECT * EXCLUDE (run_id) FROM dw.sightings LIMIT 0;
