-- What files cover of which a time was pruned that ends in the midst of it: from the first record after that time on.
INSERT INTO spool.main.coverage
WITH across AS (
  SELECT l.place, l.path, c.log, before_at, c.until_at, c.whole
  FROM spool.main.part_coverage c JOIN spool.main.ledger l ON l.coverage_path = c.filename AND l.position = c.position, spool.main.line
  WHERE c.from_at < before_at AND c.until_at > before_at
), files AS (
  SELECT DISTINCT path FROM across
), met AS (
  SELECT s.file, s.record_id FROM spool.main.part_sightings s WHERE s.file IN (SELECT path FROM files)
), times AS (
  SELECT file, log, occurred_at FROM spool.main.part_records WHERE file IN (SELECT path FROM files)
  UNION ALL
  SELECT m.file, t.log, t.occurred_at
  FROM met m JOIN (SELECT DISTINCT ON (record_id) record_id, log, occurred_at FROM spool.main.part_records WHERE record_id IN (SELECT record_id FROM met)) t USING (record_id)
)
SELECT a.place, a.log, date_trunc('hour', min(t.occurred_at)), a.until_at, count(*), a.whole
FROM across a JOIN times t ON t.file = a.path AND t.log = a.log AND t.occurred_at >= a.before_at AND t.occurred_at < a.until_at
GROUP BY a.place, a.log, a.before_at, a.until_at, a.whole;
