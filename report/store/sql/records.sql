-- Every failing record, a row of records.csv.
SELECT record_id::VARCHAR, file, row, byte_offset, occurred_at, log, coalesce(environment, ''), coalesce(map, ''), coalesce(dataverse_table, ''),
  coalesce(fno_entity, ''), coalesce(entity, ''), coalesce(company, ''), coalesce(type_name, ''), coalesce(message_name, ''),
  coalesce(correlation_id, ''), coalesce(request_id, ''), coalesce(error_code, ''), status, coalesce(signature, ''), signatures,
  cat, coalesce(severity, ''), captures, coalesce(affected_key, ''), coalesce(template_id, ''), coalesce(error_text, trace_text, '')
FROM scope
WHERE outcome = 'error'
ORDER BY file, row, byte_offset, record_id;
