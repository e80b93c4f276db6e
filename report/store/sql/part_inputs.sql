-- The ledger of all parts together, in reading order.
SELECT path, bytes, digest, container, encoding, format, log, read, loaded, duplicates, rejected, filtered, ok, classified, unclassified, warnings, coalesce(problem, ''), failed, pruned
FROM spool.main.ledger ORDER BY place;
