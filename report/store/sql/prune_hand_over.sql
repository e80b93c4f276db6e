-- Run $1 is forgotten: what was pruned of it passes to the first other run that had met it, as records do.
UPDATE dw.runs u SET inherited = u.inherited + h.records, pruned = coalesce(u.pruned, 0) + h.records
FROM (SELECT met_by[1] AS run_id, sum(records)::BIGINT AS records FROM dw.pruned WHERE run_id = %[1]d AND len(met_by) > 0 GROUP BY 1) h
WHERE u.run_id = h.run_id;
UPDATE dw.pruned SET run_id = met_by[1], met_by = met_by[2:] WHERE run_id = %[1]d AND len(met_by) > 0;
UPDATE dw.pruned SET met_by = list_filter(met_by, lambda run: run <> %[1]d) WHERE list_contains(met_by, %[1]d);
