-- Which of the rows of dw.%[1]s with numbers from $1 to $2 stands next before each half, in its file and run?
INSERT INTO before_halves
SELECT h.run_id, h.file, h.row, max(m.row), arg_max(m.record_id, m.row)
FROM dw.%[1]s m JOIN halves h ON m.run_id = h.run_id AND m.file = h.file AND m.row < h.row
WHERE m.rowid BETWEEN $1 AND $2
GROUP BY ALL;
