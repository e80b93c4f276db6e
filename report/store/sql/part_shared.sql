-- Which file is in two parts?
SELECT path, min(name), max(name) FROM spool.main.ledger GROUP BY path HAVING count(*) > 1 ORDER BY path LIMIT 1;
