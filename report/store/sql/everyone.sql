-- Every failing record, and whether it is of cluster $1. $2 as in cluster.sql, signatures as in other_messages.sql.
SELECT coalesce(CASE WHEN NOT list_contains(string_split($2, ' '), signature) OR template_id IS NULL THEN signature END, 'unknown/' || template_id), log,
  coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''), coalesce(company, ''),
  (status = 'unknown' OR list_contains(string_split($2, ' '), signature)) AND template_id = $1
FROM dw.v_records
WHERE outcome = 'error';
