-- Why were rows rejected, and where is the first of each?
WITH numbered AS (
  SELECT *, count(*) OVER (PARTITION BY reason) AS rows,
    row_number() OVER (PARTITION BY reason ORDER BY file, row, byte_offset, "column", excerpt) AS n
  FROM dw.rejects WHERE run_id IN (%[runs])
)
SELECT reason, rows, file, row, byte_offset, coalesce("column", ''), excerpt
FROM numbered
WHERE n = 1
ORDER BY rows DESC, reason;
