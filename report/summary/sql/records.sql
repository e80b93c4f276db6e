-- The failing records of one part, rows of records.csv: files from $1 to $2, rows from $3 to $4, which stand in the
-- table in the ranges of places that are put in.
-- The columns are RecordColumns of records.go.
SELECT %s
FROM places p JOIN shown USING (place)
WHERE p.file BETWEEN $1 AND $2 AND p.row BETWEEN $3 AND $4 AND (%s)
ORDER BY p.file, p.row, p.byte_offset, record_id;
