-- What rules look at of the records of a stretch of rows.
SELECT rowid, log, coalesce(type_name, ''), coalesce(error_text, ''), coalesce(trace_text, '')
FROM dw.records
WHERE rowid >= %[2]d AND rowid < %[3]d AND %[1]s AND %[4]s;
