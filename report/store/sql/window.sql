-- What the records of a stretch of rows are judged by, and their verdicts, each column as a text; no value is an empty one. How long a value of
-- captures is stands before it, for it may hold anything.
SELECT r.rowid, r.record_id, log, coalesce(type_name, ''), coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''),
  coalesce(company, ''), coalesce(record_key, ''), coalesce(more, 0),
  coalesce(signature, ''),
  coalesce(array_to_string(signatures, chr(31)), ''),
  coalesce(status, ''),
  coalesce(category, ''),
  coalesce(severity, ''),
  coalesce(error_code, ''),
  coalesce(map, ''),
  coalesce(fno_entity, ''),
  coalesce(dataverse_table, ''),
  coalesce(array_to_string(map_candidates, chr(31)), ''),
  coalesce(array_to_string(list_transform(map_entries(captures), lambda e: e.key || '=' || strlen(e.value) || ':' || e.value), ''), ''),
  coalesce(affected_key, ''),
  coalesce(template_id, ''),
  coalesce(matched_field, ''),
  coalesce(matched_start::VARCHAR, ''),
  coalesce(matched_end::VARCHAR, ''),
  coalesce(company_named, '')
FROM dw.records r LEFT JOIN spool.main.long_texts l ON l.record_id = r.record_id
WHERE r.rowid >= %[2]d AND r.rowid < %[3]d AND %[1]s;
