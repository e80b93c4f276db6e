-- The ledger of all parts together, in reading order.
SELECT path, bytes, digest, container, encoding, format, log, read, loaded, duplicates, rejected, filtered, ok, classified, unclassified, warnings, coalesce(problem, ''), coalesce(counted, 0), incomplete, failed, pruned
FROM spool.main.ledger ORDER BY place;
