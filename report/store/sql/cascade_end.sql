-- What is in a circle has no cause.
INSERT INTO %[1]s_resolved SELECT row, NULL, 0, false FROM %[1]s_behind WHERE row NOT IN (SELECT row FROM %[1]s_resolved);

-- Which records does each cause explain? whole: nothing else keeps the record waiting, nor a row that it waits for; depth: 1 for those that wait for the
-- row itself, 2 for those that wait for these …
CREATE OR REPLACE TEMP TABLE %[1]s_explained (place BIGINT, occurred_at TIMESTAMP, cause UBIGINT, whole BOOLEAN, depth BIGINT);

-- The causes that explain something: by how many rows, how many records of the cause itself, how many records wait for
-- nothing else (waiting), how many also for something else (partly). place is a record of its own failure.
CREATE OR REPLACE TEMP TABLE %[1]s_causes (
  cause UBIGINT, rows BIGINT, unseen BIGINT, missing BOOLEAN, waiting BIGINT, partly BIGINT, depth BIGINT, first_wait TIMESTAMP, last_wait TIMESTAMP,
  own BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, place BIGINT
);
