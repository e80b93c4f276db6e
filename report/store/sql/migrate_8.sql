-- From schema version 8 to 9: which rules judged a record that is not judged by those of the run that has it. Of records that were
-- handed over before nothing is known but that run.
ALTER TABLE dw.records ADD COLUMN judgement_id BIGINT;
ALTER TABLE dw.records ADD COLUMN handed BOOLEAN;
CREATE TABLE dw.judgements (
  judgement_id BIGINT,  -- 1, 2, 3 … per database
  run_id       BIGINT,  -- the forgotten run; null for a call of reclassify
  made_at      TIMESTAMP,
  tool_version VARCHAR,
  rules        BIGINT,
  rules_digest VARCHAR,
  arguments    VARCHAR, -- the command line, which says what it was restricted to
  records      BIGINT,  -- failing records that were judged
  changed      BIGINT   -- of these, whose verdict became another one
);
-- And what joins records of one operation. Records that are there already have neither: their texts are not read again.
ALTER TABLE dw.records ADD COLUMN started_at TIMESTAMP;
ALTER TABLE dw.records ADD COLUMN text_ids VARCHAR;
-- What the report of a run said, as its CSV files have it. It was drawn when the run ended; a run forgotten later takes along the changes that
-- were told against it.
CREATE TABLE dw.changes (
  run_id BIGINT,
  position BIGINT,
  change VARCHAR,
  signature VARCHAR,
  title VARCHAR,
  map VARCHAR,
  records BIGINT,
  previous_records BIGINT,
  first_seen TIMESTAMP,
  last_seen TIMESTAMP,
  known_since TIMESTAMP,
  periods VARCHAR,
  "where" VARCHAR
);

CREATE TABLE dw.fixes (
  run_id BIGINT,
  position BIGINT,
  rank BIGINT,
  signature VARCHAR,
  title VARCHAR,
  severity VARCHAR,
  records BIGINT,
  entities VARCHAR[],
  role VARCHAR,
  retry VARCHAR,
  steps VARCHAR,
  sql VARCHAR,
  prerequisites VARCHAR[],
  url VARCHAR,
  tier BIGINT,
  summary VARCHAR,
  signatures VARCHAR[],
  missing_in VARCHAR,
  missing_rows BIGINT,
  waiting BIGINT,
  first_seen TIMESTAMP,
  last_seen TIMESTAMP,
  over_since TIMESTAMP,
  other_prerequisites VARCHAR[]
);

CREATE TABLE dw.incidents (
  run_id BIGINT,
  position BIGINT,
  onset TIMESTAMP,
  "end" TIMESTAMP,
  going_on VARCHAR,
  records BIGINT,
  peak_at TIMESTAMP,
  peak_records BIGINT,
  kind VARCHAR,
  name VARCHAR,
  title VARCHAR,
  severity VARCHAR,
  maps VARCHAR[],
  host VARCHAR,
  "user" VARCHAR,
  signatures VARCHAR[]
);
-- Which parts a merge loaded, and which shards were not among them. What was merged before has none.
ALTER TABLE dw.runs ADD COLUMN parts VARCHAR[];
ALTER TABLE dw.runs ADD COLUMN missing_shards VARCHAR[];
