-- From schema version 9 to 10: history prune, and files that are not read again. Nothing was pruned before.
ALTER TABLE dw.runs ADD COLUMN pruned BIGINT;
ALTER TABLE dw.runs ADD COLUMN pruned_at TIMESTAMP;
-- How the files of a run were read; not known of earlier ones.
ALTER TABLE dw.runs ADD COLUMN reading VARCHAR;
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
  last_seen   TIMESTAMP
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
