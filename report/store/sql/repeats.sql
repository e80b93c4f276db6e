-- Did every run behind $1, as far as $2, read what that one read, in the same way, and find nothing new in it? What a file holds is known by the digest
-- of its bytes, and of all files together by that of the ids of their records; what was passed over holds nothing.
WITH f AS (
  SELECT run_id, count(*) AS files,
    sum(hash(position, path, bytes, digest, container, encoding, format, log, read, rejected, filtered, warnings, counted, incomplete)::HUGEINT) AS content,
    bool_and(problem IS NULL AND (digest <> '' OR len(list_filter(warnings, w -> starts_with(w, 'passed over: '))) > 0)) AS whole
  FROM dw.files WHERE run_id BETWEEN $1 AND $2 GROUP BY run_id
), c AS (
  SELECT run_id, sum(hash(position, log, from_at, until_at, records, whole)::HUGEINT) AS covered
  FROM dw.coverage WHERE run_id BETWEEN $1 AND $2 GROUP BY run_id
), told AS (
  SELECT r.*, f.files, f.content, f.whole, c.covered FROM dw.runs r JOIN f USING (run_id) LEFT JOIN c USING (run_id)
)
SELECT count(*) > 0 AND coalesce(bool_and(q.whole AND r.whole AND r.files = q.files AND r.content = q.content AND r.covered IS NOT DISTINCT FROM q.covered
  AND r.environment IS NOT DISTINCT FROM q.environment AND r.since IS NOT DISTINCT FROM q.since AND r.until IS NOT DISTINCT FROM q.until
  AND r.reading = q.reading AND r.loaded = 0 AND r.scope_records = q.scope_records AND r.scope_digest = q.scope_digest
  AND r.parts IS NULL AND r.pruned IS NULL AND q.pruned IS NULL AND r.inherited = 0), false)
  AND count(*) = (SELECT count(*) FROM dw.runs WHERE run_id > $1 AND run_id <= $2)
FROM told q JOIN told r ON q.run_id = $1 AND r.run_id > $1 AND r.run_id <= $2;
