-- From schema version 5 to 6: which hours the files of a run cover. fill_6 says it of earlier runs.
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
