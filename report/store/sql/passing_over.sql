-- Which of the files of a run, by paths $2, digests $3, bytes $4 and rows $5 and with numbers $1, did an earlier run of environment $6 read, which one first, and what do they cover? A row
-- for each stretch. One that could not be read to its end has no digest, and is known by its path and how far it could be read. Another file with records is the same wherever it lies, moved, renamed or packed; without any it is of its path, as all exports of quiet nights have the same bytes.
WITH asked AS (
  SELECT unnest($1::BIGINT[]) AS number, unnest($2::VARCHAR[]) AS path, unnest($3::VARCHAR[]) AS digest, unnest($4::BIGINT[]) AS bytes, unnest($5::BIGINT[]) AS read
), booked AS (
  SELECT a.number, f.run_id, f.position
  FROM asked a JOIN dw.files f USING (digest) JOIN dw.runs r USING (run_id)
  WHERE coalesce(r.environment, '') = $6
    AND CASE WHEN digest <> '' THEN f.path = a.path OR f.loaded + f.duplicates > 0 ELSE f.path = a.path AND f.bytes = a.bytes AND f.read = a.read END
  QUALIFY row_number() OVER (PARTITION BY a.number ORDER BY f.run_id, f.position) = 1
)
SELECT b.number, b.run_id, c.log, epoch_us(c.from_at) // 3600000000, epoch_us(c.until_at) // 3600000000, c.records
FROM booked b LEFT JOIN dw.coverage c ON (c.run_id, c.position) = (b.run_id, b.position)
ORDER BY ALL;
