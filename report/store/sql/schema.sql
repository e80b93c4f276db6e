-- The archive. Columns of records: those of classify.Schema and run_id. Columns that came later stand
-- at the end, where a migration puts them, too.
-- The long texts are compressed with zstd: half the disk of the automatic choice, and less CPU.
CREATE TABLE dw.meta (key VARCHAR, value VARCHAR);
-- last_run is the largest run id that was ever given out: no id is used twice, whatever is forgotten.
INSERT INTO dw.meta VALUES ('schema_version', '15'), ('last_run', '0');

CREATE TABLE dw.runs (
  run_id        BIGINT,
  environment   VARCHAR,
  tool_version  VARCHAR,
  rules         BIGINT,
  rules_digest  VARCHAR,
  arguments     VARCHAR,
  since         TIMESTAMP,
  until         TIMESTAMP,
  started_at    TIMESTAMP,
  finished_at   TIMESTAMP,
  read          BIGINT,
  loaded        BIGINT,
  duplicates    BIGINT,
  rejected      BIGINT,
  filtered      BIGINT,
  ok            BIGINT,
  classified    BIGINT,
  unclassified  BIGINT,
  scope_records BIGINT,  -- different records in the run's inputs, whoever loaded them
  scope_digest  UBIGINT, -- order-free hash over their ids: equal inputs, equal digest
  inherited     BIGINT,  -- records it was handed when the run that loaded them was forgotten
  fail_on       VARCHAR, -- thresholds as given: critical … info, or new
  max_rejects   VARCHAR, -- "100", "2%"
  exit_code     INTEGER, -- as its report says; null for a run that was stopped before its report
  timings       STRUCT(stage VARCHAR, seconds DOUBLE)[],
  parts         VARCHAR[], -- names of those that a merge loaded; null for a run
  missing_shards VARCHAR[], -- shards of their deals that were not among them, as 2/16
  pruned        BIGINT,    -- records of it of which history prune left nothing but counts; null: none
  pruned_at     TIMESTAMP, -- when it did last; its rejects are gone then
  reading       VARCHAR,   -- how its files were read, so that they need not be read again; null where that is not known
  judging       VARCHAR    -- what its verdicts are of, as in judging; null: not known, or of several programs
);

CREATE TABLE dw.files (
  run_id        BIGINT,
  position      BIGINT,  -- reading order
  path          VARCHAR,
  bytes         BIGINT,
  digest        VARCHAR,
  container     VARCHAR,
  encoding      VARCHAR,
  format        VARCHAR,
  log           VARCHAR,
  read          BIGINT,
  loaded        BIGINT,
  duplicates    BIGINT,
  rejected      BIGINT,
  filtered      BIGINT,
  ok            BIGINT,
  classified    BIGINT,
  unclassified  BIGINT,
  warnings      VARCHAR[],
  problem       VARCHAR,
  counted       BIGINT,  -- rows that the export says there are; null where it says nothing
  incomplete    BOOLEAN  -- by its own words it is not the whole export
);

CREATE TABLE dw.records (
  record_id       UUID,
  file            VARCHAR,
  row             BIGINT,
  byte_offset     BIGINT,
  byte_length     BIGINT,
  log             VARCHAR,
  occurred_at     TIMESTAMP,
  occurred_raw    VARCHAR,
  entity          VARCHAR,
  company         VARCHAR,
  type_name       VARCHAR,
  message_name    VARCHAR,
  mode            VARCHAR,
  operation_type  VARCHAR,
  depth           INTEGER,
  duration_ms     BIGINT,
  correlation_id  VARCHAR,
  request_id      VARCHAR,
  activity_id     VARCHAR,
  error_text      VARCHAR USING COMPRESSION zstd, -- its start, see text_parts
  trace_text      VARCHAR USING COMPRESSION zstd, -- its start
  outcome         VARCHAR,
  truncated       VARCHAR,  -- texts that were cut short before they were exported
  withheld        VARCHAR,  -- what was left out because it is secret
  signature       VARCHAR,
  signatures      VARCHAR[],
  status          VARCHAR,
  category        VARCHAR,
  severity        VARCHAR,
  error_code      VARCHAR,
  map             VARCHAR,
  fno_entity      VARCHAR,
  dataverse_table VARCHAR,
  map_candidates  VARCHAR[],
  captures        MAP(VARCHAR, VARCHAR),
  affected_key    VARCHAR,
  template_id     VARCHAR,
  matched_field   VARCHAR,
  matched_start   INTEGER,
  matched_end     INTEGER,
  run_id          BIGINT,  -- the run that loaded it, or was handed it
  company_named   VARCHAR, -- the company that the message names; column company is the log's own
  record_key      VARCHAR, -- the business key of the failing row, where the log has a column for it
  judgement_id    BIGINT,  -- what its verdict is of, in judgements; null: the run that loaded it
  handed          BOOLEAN, -- true: the run was handed it when the one that had loaded it was forgotten
  started_at      TIMESTAMP, -- when the plug-in began, where the log has a column for it
  text_ids        VARCHAR, -- ids of operations that the texts name: "correlation:GUID activity:GUID"
  template_names  VARCHAR  -- where the message could have names, of what no rule explains or a wrapper only: see classify.AppendNames
);

-- What stands behind the start of a long text in records, in parts of the same length. v_records puts
-- them together.
CREATE TABLE dw.text_parts (
  run_id    BIGINT,
  record_id UUID,
  field     VARCHAR, -- error_text, trace_text
  part      BIGINT,  -- 2, 3, …
  text      VARCHAR USING COMPRESSION zstd
);

CREATE TABLE dw.rejects (
  run_id      BIGINT,
  file        VARCHAR,
  row         BIGINT,
  byte_offset BIGINT,
  byte_length BIGINT,
  "column"    VARCHAR,
  reason      VARCHAR,
  excerpt     VARCHAR
);

-- Records that a run met again although an earlier run (or an earlier row) had them, once per run,
-- with the first place in its inputs. Places are null in what versions 1 and 2 wrote.
CREATE TABLE dw.sightings (
  run_id      BIGINT,
  record_id   UUID,
  file        VARCHAR,
  row         BIGINT,
  byte_offset BIGINT,
  byte_length BIGINT
);

-- Which hours of a log does a file hold? A range from its first record to its last one, whatever became of them; a pause of
-- more than 24 hours, which is how long the source systems remember, parts two ranges.
CREATE TABLE dw.coverage (
  run_id   BIGINT,
  position BIGINT,    -- of the file, in files
  log      VARCHAR,
  from_at  TIMESTAMP, -- full hours
  until_at TIMESTAMP, -- not included
  records  BIGINT,    -- with a time in the range
  whole    BOOLEAN    -- read without trouble and complete, so what is not in it did not happen
);

-- Where runs loaded or met records that end where their file ended, without the end of a line or cell: the file may have been copied while it was
-- written. When the whole record comes it takes their place: then record_id is that of the whole one, of which the run has a sighting there.
CREATE TABLE dw.cuts (
  run_id    BIGINT,
  record_id UUID,
  file      VARCHAR,
  row       BIGINT
);

-- Which rules judged records that are not judged by those of their run: each call of reclassify, and runs that were forgotten and
-- whose records passed to others.
CREATE TABLE dw.judgements (
  judgement_id BIGINT,  -- 1, 2, 3 … per database
  run_id       BIGINT,  -- the forgotten run; null for a call of reclassify
  made_at      TIMESTAMP,
  tool_version VARCHAR,
  rules        BIGINT,
  rules_digest VARCHAR,
  arguments    VARCHAR, -- the command line, which says what it was restricted to
  records      BIGINT,  -- failing records that were judged
  changed      BIGINT,  -- of these, whose verdict became another one
  judging      VARCHAR  -- what the verdicts are of, as in judging; null: not known
);

-- What of each rule decided verdicts, so that after a change of the rules only those are judged again that it may touch: judging names the program
-- and the rules, and decides is equal where a rule of two of them judges alike. The signs of the rules stand under the empty id.
CREATE TABLE dw.judging (
  judging VARCHAR,
  rule_id VARCHAR,
  decides UBIGINT
);

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
  "where" VARCHAR,
  template_id VARCHAR -- of the message, where those of the signature are told apart; no column of the file
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
  other_prerequisites VARCHAR[],
  why_here VARCHAR,
  purged_from TIMESTAMP,
  purged_until TIMESTAMP
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

-- What history prune left of failing and other records that it took out: how many there were, by the hour. Hours, and not days, because the periods
-- that are compared begin and end with full hours.
CREATE TABLE dw.pruned (
  run_id      BIGINT,    -- the run that had loaded them, or was handed them
  met_by      BIGINT[],  -- other runs that had met them again, in order
  log         VARCHAR,
  hour        TIMESTAMP,
  signature   VARCHAR,   -- as findings are grouped by: unknown/ and the template_id of what nothing explains; null of records without an error
  map_title   VARCHAR,   -- map or table as the page names it
  map         VARCHAR,
  severity    VARCHAR,
  status      VARCHAR,
  template_id VARCHAR,
  records     BIGINT,
  first_seen  TIMESTAMP,
  last_seen   TIMESTAMP,
  template_names VARCHAR -- as in records
);

-- Templates that differ from others in names only, and the cluster that they are of together: a function of template_names of records and
-- pruned, see sql/join.sql. A template that is not here is a cluster by itself.
CREATE TABLE dw.clusters (
  template_id VARCHAR,   -- as in records and pruned
  cluster_id  VARCHAR,
  names       VARCHAR    -- a digit for each place of the template that may have a name: see classify.MaskNames
);

-- Calls of history prune, a row per environment of which they took something. Records of it from before the last before_at are not loaded any more: their counts would
-- be of two times.
CREATE TABLE dw.prunings (
  pruned_at    TIMESTAMP,
  environment  VARCHAR,
  before_at    TIMESTAMP, -- end of the last hour of the runs that were pruned
  arguments    VARCHAR,   -- the command line
  runs         BIGINT,    -- of which something went
  records      BIGINT,
  rejects      BIGINT
);
