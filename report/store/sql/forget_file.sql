-- Run $1 without file $2, whose records have passed to their heirs or are to be gone: what other files of the run met is what they loaded, now.
UPDATE dw.files f SET loaded = f.loaded + n.records, duplicates = f.duplicates - n.records, ok = f.ok + n.ok,
  unclassified = f.unclassified + n.unknown, classified = f.classified + n.records - n.ok - n.unknown
FROM (
  SELECT r.file, count(*) AS records, count(*) FILTER (r.status = 'ok') AS ok, count(*) FILTER (r.status = 'unknown') AS unknown
  FROM heirs h JOIN dw.records r USING (record_id)
  WHERE h.run_id = $1 AND r.run_id = $1 AND r.handed IS NOT TRUE
  GROUP BY r.file
) n
WHERE f.run_id = $1 AND f.path = n.file AND f.path <> $2;
