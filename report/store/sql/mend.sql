-- Which of these records did each run have or meet, before and, below, after?
CREATE OR REPLACE TEMP TABLE met_before AS
SELECT run_id, record_id FROM dw.records WHERE record_id IN (SELECT half FROM mended UNION SELECT whole FROM mended)
UNION
SELECT run_id, record_id FROM dw.sightings WHERE record_id IN (SELECT half FROM mended UNION SELECT whole FROM mended);
-- What is known of the whole record is not from where a run met the half.
UPDATE dw.cuts c SET record_id = m.whole FROM mended m WHERE m.half <> m.whole AND c.record_id = m.half;
-- Versions before kept no place of a half that was met again: other runs of the environment that met it have no more of it, since a whole one of the same id would have been loaded.
INSERT INTO dw.cuts
SELECT DISTINCT s.run_id, m.whole, s.file, s.row
FROM mended m JOIN dw.sightings s ON s.record_id = m.half AND s.run_id NOT IN (m.run_id, m.whole_run)
  JOIN dw.runs u ON u.run_id = s.run_id JOIN dw.runs v ON v.run_id = m.run_id AND v.environment IS NOT DISTINCT FROM u.environment
WHERE s.file IS NOT NULL AND NOT EXISTS (FROM dw.cuts o WHERE o.run_id = s.run_id AND o.record_id = m.whole AND o.file = s.file AND o.row = s.row);
-- The whole record takes the place of the cut one: the run that loaded that one met it now, as a duplicate, once however many halves of it there were.
DELETE FROM dw.sightings s USING mended m WHERE m.half <> m.whole AND s.record_id = m.half
  AND EXISTS (FROM dw.sightings o JOIN mended n ON n.whole = m.whole AND o.record_id IN (n.whole, n.half)
    WHERE o.run_id = s.run_id AND (o.record_id = m.whole OR (o.record_id, o.file, o.row) < (s.record_id, s.file, s.row)));
UPDATE dw.sightings s SET record_id = m.whole FROM mended m WHERE m.half <> m.whole AND s.record_id = m.half;
INSERT INTO dw.sightings SELECT run_id, whole, file, row, byte_offset, byte_length FROM mended m
  WHERE NOT EXISTS (FROM dw.sightings o WHERE o.run_id = m.run_id AND o.record_id = m.whole)
  QUALIFY row_number() OVER (PARTITION BY run_id, whole ORDER BY replace(file, '/', chr(1)), file, row) = 1;
DELETE FROM dw.text_parts t USING mended m WHERE t.record_id = m.half AND t.run_id = m.run_id;
DELETE FROM dw.records r USING mended m WHERE r.record_id = m.half AND r.run_id = m.run_id AND r.file = m.file AND r.row = m.row;
UPDATE dw.files f SET loaded = f.loaded - n.records, duplicates = f.duplicates + n.records, ok = f.ok - n.ok,
  unclassified = f.unclassified - n.unknown, classified = f.classified - n.records + n.ok + n.unknown
FROM (SELECT run_id, file, count(*) AS records, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'unknown') AS unknown FROM mended GROUP BY ALL) n
WHERE f.run_id = n.run_id AND f.path = n.file;
UPDATE dw.runs u SET loaded = u.loaded - n.records, duplicates = u.duplicates + n.records, ok = u.ok - n.ok,
  unclassified = u.unclassified - n.unknown, classified = u.classified - n.records + n.ok + n.unknown
FROM (SELECT run_id, count(*) AS records, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'unknown') AS unknown FROM mended GROUP BY run_id) n
WHERE u.run_id = n.run_id;
UPDATE dw.runs u SET scope_records = u.scope_records + n.records, scope_digest = xor(u.scope_digest, n.change)
FROM (
  SELECT run_id, sum(one)::BIGINT AS records, bit_xor(hash(record_id)) AS change
  FROM (
    SELECT run_id, record_id, -1 AS one FROM met_before
    UNION ALL
    SELECT DISTINCT run_id, record_id, 1 FROM (
      SELECT run_id, record_id FROM dw.records WHERE record_id IN (SELECT half FROM mended UNION SELECT whole FROM mended)
      UNION
      SELECT run_id, record_id FROM dw.sightings WHERE record_id IN (SELECT half FROM mended UNION SELECT whole FROM mended)
    )
  ) GROUP BY run_id
) n
WHERE u.run_id = n.run_id;
DROP TABLE met_before;
