-- Rows whose failing records wait for rows of which the causes are known: theirs are the same, and their own refusals where they were refused, too. Of
-- more than 16 causes behind a row those with the smallest numbers are followed.
INSERT INTO %[1]s_resolved
WITH ready AS (
  SELECT f.row, any_value(b.kind) = 'mixed' AS mixed, bool_or(n.blind) AS blind
  FROM %[1]s_fails f JOIN %[1]s_behind b ON b.row = f.row AND b.kind IN ('waits', 'mixed') JOIN %[1]s_needs n ON n.place = f.place
    LEFT JOIN (SELECT DISTINCT row FROM %[1]s_resolved) r ON r.row = n.row
  WHERE f.row NOT IN (SELECT row FROM %[1]s_resolved)
  GROUP BY f.row
  HAVING count(r.row) = count(*)
), behind AS (
  SELECT d.row, r.cause, r.depth, r.sole AND NOT d.mixed AND NOT d.blind AS sole
  FROM ready d JOIN %[1]s_fails f USING (row) JOIN %[1]s_needs n ON n.place = f.place JOIN %[1]s_resolved r ON r.row = n.row
  UNION ALL
  SELECT d.row, f.cause, 0, false FROM ready d JOIN %[1]s_fails f USING (row) WHERE d.mixed AND NOT f.waits
), causes AS (
  SELECT row, cause, 1 + max(depth) AS depth, bool_and(sole) AS sole FROM behind GROUP BY row, cause
)
SELECT row, cause, depth, sole AND count(*) OVER (PARTITION BY row) = 1
FROM causes
QUALIFY row_number() OVER (PARTITION BY row ORDER BY cause NULLS LAST) <= 16;
