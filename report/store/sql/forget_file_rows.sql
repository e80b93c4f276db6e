-- What else there is of the file.
DELETE FROM dw.text_parts WHERE run_id = $1 AND record_id IN (SELECT record_id FROM dw.records WHERE run_id = $1 AND file = $2);
