-- How many rows does run $1 have in each table?
SELECT
  (SELECT count(*) FROM dw.records WHERE run_id = $1),
  (SELECT count(*) FROM dw.sightings WHERE run_id = $1),
  (SELECT count(*) FROM dw.rejects WHERE run_id = $1),
  (SELECT count(*) FROM dw.files WHERE run_id = $1),
  (SELECT count(*) FROM dw.runs WHERE run_id = $1),
  (SELECT count(*) FROM dw.text_parts WHERE run_id = $1),
  (SELECT count(*) FROM dw.coverage WHERE run_id = $1);
