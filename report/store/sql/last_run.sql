-- Which run ids have been given out? Also those of runs that are only half in the database, or forgotten.
SELECT greatest(
  (SELECT max(value::BIGINT) FROM dw.meta WHERE key = 'last_run'),
  (SELECT max(run_id) FROM dw.runs),
  (SELECT max(run_id) FROM dw.files),
  (SELECT max(run_id) FROM dw.records),
  (SELECT max(run_id) FROM dw.text_parts),
  (SELECT max(run_id) FROM dw.rejects),
  (SELECT max(run_id) FROM dw.sightings)
);
