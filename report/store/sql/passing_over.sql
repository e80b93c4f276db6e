-- Which of the files of a run, by paths $2 and digests $3 and with numbers $1, did an earlier run of environment $4 read, which one first, and what do they cover? A row
-- for each stretch.
WITH asked AS (
  SELECT unnest($1::BIGINT[]) AS number, unnest($2::VARCHAR[]) AS path, unnest($3::VARCHAR[]) AS digest
), booked AS (
  SELECT a.number, f.run_id, f.position
  FROM asked a JOIN dw.files f USING (path, digest) JOIN dw.runs r USING (run_id)
  WHERE f.problem IS NULL AND f.digest <> '' AND coalesce(r.environment, '') = $4
  QUALIFY row_number() OVER (PARTITION BY a.number ORDER BY f.run_id, f.position) = 1
)
SELECT b.number, b.run_id, c.log, epoch_us(c.from_at) // 3600000000, epoch_us(c.until_at) // 3600000000, c.records
FROM booked b LEFT JOIN dw.coverage c ON (c.run_id, c.position) = (b.run_id, b.position)
ORDER BY ALL;
