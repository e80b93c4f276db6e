-- Which files of these paths $2 and sizes $3 did earlier runs read in the way $1, for the environment $4, and do the tables
-- hold the place of every record and reject of theirs? Of a record that stands twice in a run's file only one place is
-- stored; where a half is left of one that was forgotten with the run of its whole, there is a reject. Of runs that read the same bytes the first and the last two are asked: counting the places of
-- each takes a while, and of thirty nights thirty times that. The last comes first: all files of one run are booked at once.
WITH asked AS (
  SELECT DISTINCT unnest($2::VARCHAR[]) AS path, unnest($3::BIGINT[]) AS bytes
), found AS (
  SELECT f.rowid AS number, f.*
  FROM dw.files f JOIN asked USING (path, bytes)
  WHERE f.problem IS NULL AND f.container = '' AND f.digest <> '' AND f.run_id IN (SELECT run_id FROM dw.runs WHERE reading = $1 AND coalesce(environment, '') = $4)
    AND NOT EXISTS (FROM dw.cuts c JOIN dw.rejects j USING (run_id, file, row) WHERE c.run_id = f.run_id AND c.file = f.path) -- a record again, when it is read
    AND NOT (f.filtered > 0 AND EXISTS (FROM dw.prunings p WHERE coalesce(p.environment, '') = $4)) -- what was pruned is left out when it is read
    AND NOT EXISTS (
      FROM dw.coverage c JOIN dw.prunings p ON coalesce(p.environment, '') = $4 AND c.from_at < p.before_at
      WHERE (c.run_id, c.position) = (f.run_id, f.position)
    )
  QUALIFY row_number() OVER (PARTITION BY f.path, f.bytes, f.digest ORDER BY f.run_id DESC, f.position DESC) <= 2 OR row_number() OVER (PARTITION BY f.path, f.bytes, f.digest ORDER BY f.run_id, f.position) = 1
), placed AS (
  SELECT run_id, file AS path FROM dw.records WHERE run_id IN (SELECT run_id FROM found) AND file IN (SELECT path FROM found)
  UNION ALL
  SELECT run_id, file FROM dw.sightings WHERE run_id IN (SELECT run_id FROM found) AND file IN (SELECT path FROM found)
), refused AS (
  SELECT run_id, file AS path, count(*) AS rejects
  FROM dw.rejects WHERE run_id IN (SELECT run_id FROM found) AND file IN (SELECT path FROM found)
  GROUP BY ALL
), places AS (
  SELECT run_id, path, count(*) AS records FROM placed GROUP BY run_id, path
)
SELECT number, path, bytes, digest, encoding, format, log, read, rejected, filtered, warnings, coalesce(counted, 0), incomplete
FROM found LEFT JOIN places USING (run_id, path) LEFT JOIN refused USING (run_id, path)
WHERE coalesce(records, 0) = read - rejected - filtered AND coalesce(rejects, 0) = rejected
ORDER BY run_id DESC, number DESC;
