-- In which other copies of the file is the record before a half, in the same row? Of dw.%[1]s the rows with numbers from $1 to $2.
INSERT INTO copies
WITH before AS (
  SELECT run_id, file, row, max(before_row) AS before_row, arg_max(before_id, before_row) AS before_id FROM before_halves GROUP BY ALL
)
SELECT b.run_id, b.file, b.row, m.run_id, m.file
FROM dw.%[1]s m JOIN before b ON m.record_id = b.before_id AND m.row = b.before_row
WHERE m.rowid BETWEEN $1 AND $2;
