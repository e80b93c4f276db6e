-- The ledger of a run, in reading order.
SELECT path, bytes, digest, container, encoding, format, log, read, loaded, duplicates, rejected, filtered, ok, classified, unclassified, warnings, coalesce(problem, ''), coalesce(counted, 0), incomplete
FROM dw.files
WHERE run_id = $1
ORDER BY position;
