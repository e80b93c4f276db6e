-- One record's texts and company as the log prints them, to explain it. The view of an older database has no column for that company alone.
SELECT log, coalesce(type_name, ''), coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''),
  coalesce(company, '')
FROM dw.records
WHERE record_id = TRY_CAST($1 AS UUID);
