-- What is known of the files of a run.
SELECT file_key('%[key]', f.path) AS file_key, f.run_id, f.path, f.format, f.log, f.encoding, f.container, f.digest, f.problem
FROM dw.files f
WHERE f.run_id = %[run]
QUALIFY row_number() OVER (PARTITION BY f.path ORDER BY f.position) = 1
ORDER BY f.position
