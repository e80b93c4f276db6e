-- The starts of one record's texts, and its company, as the log prints them, to explain it. Not of the view: that of an older
-- database has no column for the company that is logged. What is of no run is left out, as it is there.
SELECT log, coalesce(type_name, ''), coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''),
  coalesce(company, '')
FROM dw.records
WHERE record_id = TRY_CAST($1 AS UUID) AND run_id IN (SELECT run_id FROM dw.runs);
