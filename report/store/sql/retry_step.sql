-- No row is saved before one that it waits for: its fix, map and level are those of the last of these, or later.
UPDATE %[1]s_retries x SET rank = p.last.rank, position = p.last.position, level = p.last.level
FROM (
  SELECT w.child, max({'rank': r.rank, 'position': r.position, 'level': CASE WHEN w.same THEN r.level ELSE r.level + 1 END}) AS last
  FROM %[1]s_retry_waits w JOIN %[1]s_retries r ON r.row = w.parent
  GROUP BY w.child
) p
WHERE p.child = x.row AND p.last > {'rank': x.rank, 'position': x.position, 'level': x.level};
