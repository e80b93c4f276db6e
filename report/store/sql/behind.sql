-- What is behind each row that is looked up: its own failure (refused), where that came before the row was first looked
-- up or within an hour after; failures of its whole map and company in the same hours, where there is one kind of them
-- only, and the map wrote nothing between the last of them and the look-up (window); nothing (missing); what its own failing records wait for, which is found step by step (waits);
-- or more than one thing (mixed), which is also where a record that failed may be another row.
CREATE OR REPLACE TEMP TABLE %[1]s_behind AS
WITH needed AS (
  SELECT row, any_value(parent) AS parent, any_value(company) AS company, min(occurred_at) AS first_need FROM %[1]s_needs GROUP BY row
), own AS (
  SELECT row, min(occurred_at) AS first_fail, count(*) FILTER (waits) AS waiting, count(*) FILTER (NOT waits) AS refused,
    min(cause) FILTER (NOT waits) AS least, max(cause) FILTER (NOT waits) AS most, bool_or(doubtful) AS doubtful
  FROM %[1]s_fails
  GROUP BY row
), near AS (
  SELECT n.row, n.first_need, b.cause
  FROM needed n JOIN %[1]s_blocks b ON b.parent = n.parent AND b.company = n.company
    AND n.first_need BETWEEN b.first_seen AND b.last_seen + INTERVAL 1 HOUR
), stopped AS (
  SELECT n.*, s.occurred_at AS stopped FROM near n ASOF JOIN %[1]s_stops s ON s.cause = n.cause AND n.first_need >= s.occurred_at
), blocked AS (
  SELECT s.row, min(s.cause) AS cause, count(*) AS kinds
  FROM stopped s ASOF LEFT JOIN %[1]s_worked w ON w.cause = s.cause AND s.first_need > w.occurred_at
  WHERE w.occurred_at IS NULL OR w.occurred_at <= s.stopped
  GROUP BY s.row
)
SELECT n.row, CASE
    WHEN o.first_fail <= n.first_need + INTERVAL 1 HOUR THEN CASE WHEN o.waiting > 0 AND o.refused = 0 AND NOT o.doubtful THEN 'waits' WHEN o.waiting = 0 AND o.least = o.most AND NOT o.doubtful THEN 'refused' ELSE 'mixed' END
    WHEN b.kinds = 1 THEN 'window'
    ELSE 'missing'
  END AS kind,
  CASE kind WHEN 'refused' THEN o.least WHEN 'window' THEN b.cause WHEN 'missing' THEN n.row END AS cause
FROM needed n LEFT JOIN own o USING (row) LEFT JOIN blocked b USING (row);

-- The causes behind each row that is looked up; sole: there is nothing else behind it. The cause is null where there is one that is not known.
CREATE OR REPLACE TEMP TABLE %[1]s_resolved AS
SELECT row, cause, 0 AS depth, true AS sole FROM %[1]s_behind WHERE kind NOT IN ('waits', 'mixed')
UNION ALL
SELECT DISTINCT b.row, f.cause, 0, false
FROM %[1]s_behind b JOIN %[1]s_fails f USING (row)
WHERE b.kind = 'mixed' AND b.row NOT IN (SELECT row FROM %[1]s_fails WHERE waits);
