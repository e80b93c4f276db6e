-- What the files of earlier runs cover, by the records that they loaded or met again. Hours of the records of a file
-- and log are put in order; one that follows the hour before after more than 24 others begins a new range. Ranges of a
-- file with more than 1,000 of them say nothing.
INSERT INTO dw.coverage
WITH met AS (
  SELECT run_id, file, log, occurred_at FROM dw.records
  UNION ALL
  SELECT s.run_id, coalesce(s.file, r.file), r.log, r.occurred_at FROM dw.sightings s JOIN dw.records r USING (record_id)
), hours AS (
  SELECT run_id, file, log, date_trunc('hour', occurred_at) AS hour, count(*) AS records
  FROM met
  WHERE occurred_at IS NOT NULL
  GROUP BY ALL
), marked AS (
  SELECT *, coalesce(hour > lag(hour) OVER (PARTITION BY run_id, file, log ORDER BY hour) + INTERVAL 25 HOUR, true) AS begins FROM hours
), numbered AS (
  SELECT *, sum(begins::BIGINT) OVER (PARTITION BY run_id, file, log ORDER BY hour) AS range FROM marked
), ranges AS (
  SELECT run_id, file, log, range, min(hour) AS from_at, max(hour) + INTERVAL 1 HOUR AS until_at, sum(records)::BIGINT AS records
  FROM numbered
  GROUP BY run_id, file, log, range
  QUALIFY count(*) OVER (PARTITION BY run_id, file, log) <= 1000
)
SELECT r.run_id, f.position, r.log, r.from_at, r.until_at, r.records,
  f.problem IS NULL AND len(list_filter(f.warnings, w -> starts_with(w, 'the export is incomplete'))) = 0
FROM ranges r JOIN dw.files f ON f.run_id = r.run_id AND f.path = r.file;
