-- Of which files does a part make records classified that were not, or the other way round? Records that their run was handed are in
-- the ledger of no file that is there.
INSERT INTO rebooked
SELECT r.run_id, r.file, sum(CASE j.status WHEN 'unknown' THEN -1 ELSE 1 END)
FROM judged j JOIN dw.records r ON r.rowid = j.place
WHERE j.part = %[1]d AND r.rowid BETWEEN %[2]d AND %[3]d AND (j.was_status = 'unknown') <> (j.status = 'unknown') AND r.handed IS NOT TRUE
GROUP BY ALL;
