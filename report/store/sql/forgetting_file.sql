-- What does run $1 have of file $2: records, rejects, records that it met there and has from elsewhere; how many files it has; and of how many
-- duplicates in its other files it is not kept which record they are of?
SELECT
  (SELECT count(*) FROM dw.records WHERE run_id = $1 AND file = $2),
  (SELECT count(*) FROM dw.rejects WHERE run_id = $1 AND file = $2),
  (SELECT count(*) FROM dw.sightings WHERE run_id = $1 AND file = $2 AND record_id NOT IN (SELECT record_id FROM dw.records WHERE run_id = $1 AND file = $2)),
  (SELECT count(*) FROM dw.files WHERE run_id = $1),
  (SELECT coalesce(sum(duplicates), 0)::BIGINT FROM dw.files WHERE run_id = $1 AND path <> $2)
    - (SELECT count(*) FROM dw.sightings WHERE run_id = $1 AND file <> $2)
    - (SELECT count(*) FROM dw.records WHERE run_id = $1 AND file <> $2 AND handed);
