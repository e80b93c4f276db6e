-- Of which file does the ledger say something else than the tables hold?
WITH counted AS (
  SELECT file, 'loaded' AS what, count(*) AS held FROM spool.main.part_records GROUP BY file
  UNION ALL
  SELECT file, 'duplicates', count(*) FROM spool.main.part_sightings GROUP BY file
  UNION ALL
  SELECT file, 'rejected', count(*) FROM spool.main.part_rejects GROUP BY file
), booked AS (
  SELECT name, path, unnest(['loaded', 'duplicates', 'rejected']) AS what, unnest([loaded, duplicates, rejected]) AS told FROM spool.main.ledger
)
SELECT coalesce(name, 'a part'), coalesce(path, file), coalesce(b.what, c.what), coalesce(told, 0), coalesce(held, 0)
FROM booked b FULL JOIN counted c ON c.file = b.path AND c.what = b.what
WHERE coalesce(told, 0) <> coalesce(held, 0)
ORDER BY ALL LIMIT 1;
