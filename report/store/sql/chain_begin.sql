-- The records at the places %[1]s, of whose chains all that matters is looked for: tied are the records to look at, fresh those among them whose ids or keys are to be
-- followed next, done the ids that were. All are of one environment, %[2]s, and looked at is that one; what another one loaded is of its chains.
CREATE OR REPLACE TEMP TABLE env_runs AS SELECT run_id FROM dw.runs WHERE coalesce(environment, '') = %[2]s;
CREATE OR REPLACE TEMP TABLE asked_for AS SELECT rowid AS place, record_id FROM dw.records WHERE rowid IN (%[1]s) AND run_id IN (SELECT run_id FROM env_runs);
CREATE OR REPLACE TEMP TABLE fresh AS SELECT place FROM asked_for;
CREATE OR REPLACE TEMP TABLE tied AS FROM fresh;
CREATE OR REPLACE TEMP TABLE closed AS FROM fresh;
CREATE OR REPLACE TEMP TABLE done AS SELECT uuid() AS id LIMIT 0;
