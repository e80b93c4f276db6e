-- Which rows speak of a record, a run or a file that is not there, and which records are there more than once?
SELECT problem FROM (
  SELECT 1 AS place, format('{} records are there twice', count(*)) AS problem, count(*) AS n
  FROM (SELECT record_id FROM dw.records GROUP BY record_id HAVING count(*) > 1)
  UNION ALL
  SELECT 2, format('{} rows of sightings are of records that are not there', count(*)), count(*)
  FROM dw.sightings s ANTI JOIN dw.records r ON s.record_id = r.record_id
  UNION ALL
  SELECT 3, format('{} parts of long texts are of records that are not there', count(*)), count(*)
  FROM dw.text_parts t ANTI JOIN dw.records r ON t.record_id = r.record_id AND t.run_id = r.run_id
  UNION ALL
  SELECT 4, format('{} long texts lack a part', count(*)), count(*)
  FROM (SELECT record_id FROM dw.text_parts GROUP BY record_id, field HAVING min(part) <> 2 OR max(part) <> count(*) + 1)
  UNION ALL
  SELECT 5, format('{} rows of coverage are of files that are not there', count(*)), count(*)
  FROM dw.coverage c ANTI JOIN dw.files f ON c.run_id = f.run_id AND c.position = f.position
  UNION ALL
  SELECT 6, format('run id {} is above the last one that was given out, {}', max(run_id), (SELECT max(value::BIGINT) FROM dw.meta WHERE key = 'last_run')),
    (max(run_id) > (SELECT max(value::BIGINT) FROM dw.meta WHERE key = 'last_run'))::INTEGER
  FROM dw.runs
) WHERE n > 0 ORDER BY place;
