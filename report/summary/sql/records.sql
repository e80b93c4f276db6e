-- The failing records of one part, rows of records.csv: files from $1 to $2, rows from $3 to $4.
SELECT record_id::VARCHAR, file, row, byte_offset, occurred_at, log, coalesce(environment, ''), coalesce(map, ''), coalesce(dataverse_table, ''),
  coalesce(fno_entity, ''), coalesce(entity, ''), coalesce(company, ''), coalesce(type_name, ''), coalesce(message_name, ''),
  coalesce(correlation_id, ''), coalesce(request_id, ''), coalesce(error_code, ''), status, coalesce(signature, ''), signatures,
  cat, coalesce(severity, ''), captures, coalesce(affected_key, ''), coalesce(template_id, ''), coalesce(error_text, trace_text, ''),
  coalesce(truncated, ''), coalesce(withheld, '')
FROM scope
WHERE outcome = 'error' AND file BETWEEN $1 AND $2 AND row BETWEEN $3 AND $4
ORDER BY file, row, byte_offset, record_id;
