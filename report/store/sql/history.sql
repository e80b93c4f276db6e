-- The runs that are in the database, oldest first.
SELECT run_id, coalesce(environment, ''), started_at, finished_at, from_at, until_at, coalesce(exit_code, -1), inherited, coalesce(pruned, 0), pruned_at,
  read, loaded, duplicates, rejected, filtered, ok, classified, unclassified
FROM dw.v_runs
ORDER BY run_id;
