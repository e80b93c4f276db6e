-- Rows whose failing records wait for rows of which the cause is known: theirs is the same, where it is one.
INSERT INTO %[1]s_resolved
SELECT f.row, CASE WHEN bool_or(n.blind) OR count(r.cause) < count(*) OR min(r.cause) <> max(r.cause) THEN NULL ELSE min(r.cause) END, 1 + max(r.depth)
FROM %[1]s_fails f JOIN %[1]s_behind b ON b.row = f.row AND b.kind = 'waits' JOIN %[1]s_needs n ON n.place = f.place
  LEFT JOIN %[1]s_resolved r ON r.row = n.row
WHERE f.row NOT IN (SELECT row FROM %[1]s_resolved)
GROUP BY f.row
HAVING count(r.row) = count(*);
