-- Which of the files with paths $1 and digests $2, of which $3 rows were rejected and something is loaded now, did an earlier run of environment $4 read to its end, leaving nothing out, and whose
-- records of then are all there? What is new in them are the same rows, taken for other records. The last of those runs.
WITH asked AS (
  SELECT unnest($1::VARCHAR[]) AS path, unnest($2::VARCHAR[]) AS digest, unnest($3::BIGINT[]) AS rejected
), found AS (
  SELECT a.path, f.run_id, f.path AS file, f.read - f.rejected AS records
  FROM asked a JOIN dw.files f USING (digest, rejected) JOIN dw.runs r USING (run_id)
  WHERE f.problem IS NULL AND f.digest <> '' AND f.filtered = 0 AND f.read > f.rejected AND coalesce(r.environment, '') = $4
), placed AS (
  SELECT run_id, file FROM dw.records WHERE (run_id, file) IN (SELECT (run_id, file) FROM found)
  UNION ALL
  SELECT run_id, file FROM dw.sightings WHERE (run_id, file) IN (SELECT (run_id, file) FROM found)
), held AS (
  SELECT run_id, file, count(*) AS records FROM placed GROUP BY ALL
)
SELECT path, max(run_id) FROM found JOIN held USING (run_id, file, records) GROUP BY path;
