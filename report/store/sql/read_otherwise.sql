-- Which of the files with paths $1 and digests $2, of which $3 rows were rejected and something is loaded now, did an earlier run of environment $4 read to its end,
-- leaving nothing out? With the run, how it called the file, and how many records it had of it.
WITH asked AS (
  SELECT unnest($1::VARCHAR[]) AS path, unnest($2::VARCHAR[]) AS digest, unnest($3::BIGINT[]) AS rejected
)
SELECT a.path, f.run_id, f.path AS file, f.read - f.rejected AS records
FROM asked a JOIN dw.files f USING (digest, rejected) JOIN dw.runs r USING (run_id)
WHERE f.problem IS NULL AND f.digest <> '' AND f.filtered = 0 AND f.read > f.rejected AND coalesce(r.environment, '') = $4
ORDER BY ALL;
