-- The failing records of one part, rows of records.csv: files from $1 to $2, rows from $3 to $4.
SELECT record_id::VARCHAR, p.file, p.row, p.byte_offset, occurred_at, log, coalesce(p.environment, ''), coalesce(map, ''), coalesce(dataverse_table, ''),
  coalesce(fno_entity, ''), coalesce(entity, ''), coalesce(company, ''), coalesce(type_name, ''), coalesce(message_name, ''),
  coalesce(correlation_id, ''), coalesce(request_id, ''), coalesce(error_code, ''), status, coalesce(signature, ''), signatures,
  cat, coalesce(severity, ''), captures, coalesce(affected_key, ''), coalesce(template_id, ''), coalesce(error_text, trace_text, ''),
  coalesce(truncated, ''), coalesce(withheld, '')
FROM places p JOIN shown USING (place)
WHERE p.file BETWEEN $1 AND $2 AND p.row BETWEEN $3 AND $4
ORDER BY p.file, p.row, p.byte_offset, record_id;
