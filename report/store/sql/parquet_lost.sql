-- How many rows of the files of run %[run] does the database not hold any more? A sighting may have become a record of the run since. Of a table without files none.
WITH held AS (
  SELECT record_id FROM dw.records WHERE run_id = %[run]
)
SELECT
  (SELECT count(*) FROM (%[records]) l ANTI JOIN held r ON r.record_id = l.record_id::UUID),
  greatest((SELECT count(*) FROM (%[rejects])) - (SELECT count(*) FROM dw.rejects WHERE run_id = %[run]), 0),
  (SELECT count(*) FROM (%[sightings]) l ANTI JOIN (FROM held UNION ALL SELECT record_id FROM dw.sightings WHERE run_id = %[run]) r ON r.record_id = l.record_id::UUID)
