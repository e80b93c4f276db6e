-- Which rows speak of a record, a run, a file or a judgement that is not there?
SELECT problem FROM (
  SELECT 2 AS place, format('{} rows of sightings are of records that are not there', count(*)) AS problem, count(*) AS n
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
  UNION ALL -- what was handed over by a sighting without a place, as versions 1 and 2 kept them, stands where it stood
  SELECT 7, format('{} records are of files that their run did not read', count(*)), count(*)
  FROM dw.records r ANTI JOIN dw.files f ON r.run_id = f.run_id AND r.file = f.path WHERE r.handed IS NOT TRUE
  UNION ALL
  SELECT 8, format('{} rows of sightings are of files that their run did not read', count(*)), count(*)
  FROM dw.sightings s ANTI JOIN dw.files f ON s.run_id = f.run_id AND s.file = f.path WHERE s.file IS NOT NULL
  UNION ALL
  SELECT 9, format('{} rejects are of files that their run did not read', count(*)), count(*)
  FROM dw.rejects r ANTI JOIN dw.files f ON r.run_id = f.run_id AND r.file = f.path
  UNION ALL
  SELECT 10, format('{} rows of cuts are of files that their run did not read', count(*)), count(*)
  FROM dw.cuts c ANTI JOIN dw.files f ON c.run_id = f.run_id AND c.file = f.path
  UNION ALL
  SELECT 11, format('{} records are of judgements that are not there', count(*)), count(*)
  FROM dw.records r ANTI JOIN dw.judgements j USING (judgement_id) WHERE r.judgement_id IS NOT NULL
) WHERE n > 0 ORDER BY place;
