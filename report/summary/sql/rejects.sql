-- Every row that could not become a record, a row of rejects.csv.
SELECT file, row, byte_offset, coalesce("column", ''), reason, excerpt
FROM dw.rejects
WHERE run_id = $1
ORDER BY file, row, byte_offset, reason, "column", excerpt;
