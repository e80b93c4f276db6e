-- In which runs do the tables or the ledger of the files not hold what the run's ledger says?
WITH held AS (
  SELECT u.run_id,
    (SELECT count(*) FROM dw.records r WHERE r.run_id = u.run_id) AS records,
    (SELECT count(*) FROM dw.sightings s WHERE s.run_id = u.run_id) AS sightings,
    (SELECT count(*) FROM dw.rejects j WHERE j.run_id = u.run_id) AS rejects,
    (SELECT coalesce(sum(p.records), 0)::BIGINT FROM dw.pruned p WHERE p.run_id = u.run_id) AS pruned
  FROM dw.runs u
), files AS (
  SELECT run_id, sum(read) AS read, sum(loaded) AS loaded, sum(duplicates) AS duplicates, sum(rejected) AS rejected,
    sum(filtered) AS filtered, sum(ok) AS ok, sum(classified) AS classified, sum(unclassified) AS unclassified
  FROM dw.files GROUP BY run_id
), scopes AS ( -- who met what was pruned is not known any more; a digest is what its DuckDB made of the ids
  -- That no record is in either table twice is asked elsewhere, so they can be counted: a UNION of 15 million rows took more memory than there is.
  SELECT run_id, sum(n)::BIGINT AS records
  FROM (
    SELECT run_id, count(*) AS n FROM dw.records GROUP BY run_id
    UNION ALL
    SELECT run_id, count(*) FROM dw.sightings GROUP BY run_id
    UNION ALL
    SELECT run_id, -count(*) FROM dw.sightings SEMI JOIN dw.records USING (run_id, record_id) GROUP BY run_id
  )
  WHERE NOT EXISTS (FROM dw.prunings)
  GROUP BY run_id
), problems AS (
  SELECT u.run_id, unnest([
    CASE WHEN h.records + coalesce(u.pruned, 0) <> u.loaded + u.inherited THEN format('it has {} records, its ledger {}', h.records + coalesce(u.pruned, 0), u.loaded + u.inherited) END,
    CASE WHEN h.pruned <> coalesce(u.pruned, 0) THEN format('the counts of {} pruned records are kept, its ledger says {}', h.pruned, coalesce(u.pruned, 0)) END,
    CASE WHEN h.sightings > u.duplicates THEN format('it met {} records again, its ledger says {}', h.sightings, u.duplicates) END,
    CASE WHEN h.rejects <> CASE WHEN u.pruned_at IS NULL THEN u.rejected ELSE 0 END THEN format('it has {} rejects, its ledger {}', h.rejects, u.rejected) END,
    CASE WHEN u.read <> u.loaded + u.duplicates + u.rejected + u.filtered OR u.loaded <> u.ok + u.classified + u.unclassified THEN 'its ledger does not balance' END,
    CASE WHEN (u.read, u.loaded, u.duplicates, u.rejected, u.filtered, u.ok, u.classified, u.unclassified)
      IS DISTINCT FROM (f.read, f.loaded, f.duplicates, f.rejected, f.filtered, f.ok, f.classified, f.unclassified) THEN 'its ledger is not the sum of those of its files' END,
    CASE WHEN NOT EXISTS (FROM dw.prunings) AND u.scope_records <> coalesce(s.records, 0)
      THEN format('it has and met {} different records, its ledger says {}', coalesce(s.records, 0), u.scope_records) END
  ]) AS problem
  FROM dw.runs u JOIN held h USING (run_id) LEFT JOIN files f USING (run_id) LEFT JOIN scopes s USING (run_id)
)
SELECT format('run {}: {}', run_id, problem) FROM problems WHERE problem IS NOT NULL ORDER BY run_id, problem;
