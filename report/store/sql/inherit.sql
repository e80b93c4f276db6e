-- The heirs book what they were handed. Their ledger stays: it says what they did that night.
UPDATE dw.runs u
SET inherited = u.inherited + h.records
FROM (SELECT run_id, count(*) AS records FROM heirs GROUP BY run_id) h
WHERE u.run_id = h.run_id;
