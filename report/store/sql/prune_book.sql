-- Runs book what goes of what they loaded or were handed.
UPDATE dw.runs u SET pruned = coalesce(u.pruned, 0) + n.records
FROM (SELECT run_id, count(*) AS records FROM going WHERE goes GROUP BY run_id) n
WHERE u.run_id = n.run_id;
