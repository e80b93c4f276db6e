-- Which of the files with paths $1 and digests $2, of which $3 rows were rejected and something is loaded now, did an earlier run of environment $4 read to its end, leaving nothing out? What
-- is new in them are the same rows, taken for other records. The last of those runs.
WITH asked AS (
  SELECT unnest($1::VARCHAR[]) AS path, unnest($2::VARCHAR[]) AS digest, unnest($3::BIGINT[]) AS rejected
)
SELECT path, max(run_id)
FROM asked JOIN dw.files f USING (path, digest, rejected) JOIN dw.runs r USING (run_id)
WHERE f.problem IS NULL AND f.digest <> '' AND f.filtered = 0 AND coalesce(r.environment, '') = $4
GROUP BY path;
