-- Which hours of which log the files of a run hold.
SELECT u.environment, c.log, utc(c.from_at) AS from_at, utc(c.until_at) AS until_at, c.records, c.whole, c.run_id, f.path, '%[key]' AS run_key
FROM dw.coverage c JOIN dw.runs u USING (run_id) JOIN dw.files f ON f.run_id = c.run_id AND f.position = c.position
WHERE c.run_id = %[run]
ORDER BY c.position, c.log, c.from_at
