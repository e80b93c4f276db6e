-- Takes back what reports said of these runs, and changes that later reports of the same environment told, maybe against them.
DELETE FROM dw.fixes WHERE run_id IN (FROM untold);
DELETE FROM dw.incidents WHERE run_id IN (FROM untold);
DELETE FROM dw.changes
WHERE run_id IN (
  SELECT o.run_id FROM dw.runs o JOIN dw.runs r ON o.environment IS NOT DISTINCT FROM r.environment AND o.run_id >= r.run_id
  WHERE r.run_id IN (FROM untold)
);
