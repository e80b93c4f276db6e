-- And those that met one; part $1 of $2 of the ids, as the ids of all records of an archive do not fit into memory at once.
INSERT INTO untold
SELECT DISTINCT s.run_id
FROM dw.sightings s
WHERE hash(s.record_id) %% $2::UBIGINT = $1::UBIGINT AND s.run_id NOT IN (FROM untold)
  AND s.record_id IN (SELECT record_id FROM dw.records WHERE hash(record_id) %% $2::UBIGINT = $1::UBIGINT AND (%s));
