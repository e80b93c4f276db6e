DELETE FROM dw.rejects WHERE run_id IN (SELECT run_id FROM prunable);
