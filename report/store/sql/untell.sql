-- Changes that reports after run $1 told may be told against it: nobody says them any more. Drawing a report again compares anew.
DELETE FROM dw.changes
WHERE run_id IN (SELECT o.run_id FROM dw.runs o JOIN dw.runs r ON o.environment IS NOT DISTINCT FROM r.environment WHERE r.run_id = $1 AND o.run_id > r.run_id);
