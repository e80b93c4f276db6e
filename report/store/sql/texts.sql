-- One record's texts, to explain it.
SELECT log, coalesce(type_name, ''), coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''),
  coalesce(company_logged, '')
FROM dw.v_records
WHERE record_id = TRY_CAST($1 AS UUID);
