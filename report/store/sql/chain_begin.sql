-- The record %[1]s, of whose chain all that matters is looked for: tied are the records to look at, fresh those among them whose ids or keys are to be followed
-- next, done the ids that were. Of its environment are all of them.
CREATE OR REPLACE TEMP TABLE fresh AS SELECT rowid AS place FROM dw.records WHERE record_id = TRY_CAST('%[1]s' AS UUID) AND run_id IN (SELECT run_id FROM dw.runs);
CREATE OR REPLACE TEMP TABLE tied AS FROM fresh;
CREATE OR REPLACE TEMP TABLE closed AS FROM fresh;
CREATE OR REPLACE TEMP TABLE done AS SELECT uuid() AS id LIMIT 0;
CREATE OR REPLACE TEMP TABLE env_runs AS
SELECT run_id FROM dw.runs
WHERE coalesce(environment, '') = (SELECT coalesce(u.environment, '') FROM dw.records r JOIN dw.runs u USING (run_id) WHERE r.rowid IN (SELECT place FROM fresh));
