-- What rules look at of the records of a stretch of rows, as sql/window.sql writes it.
SELECT concat(strlen(place), ':', place, strlen(log), ':', log, strlen(type_name), ':', type_name, strlen(error_text), ':', error_text, strlen(trace_text), ':', trace_text)
FROM (
  SELECT rowid::VARCHAR AS place, log, coalesce(type_name, '') AS type_name, coalesce(error_text, '') AS error_text, coalesce(trace_text, '') AS trace_text
  FROM dw.records
  WHERE rowid >= %[2]d AND rowid < %[3]d AND %[1]s AND %[4]s);
