-- Messages that are none of a cluster: up to three of every other signature and cluster. $2 as in cluster.sql; what one of these explains is of a cluster, too.
SELECT coalesce(CASE WHEN NOT list_contains(string_split($2, ' '), signature) OR template_id IS NULL THEN signature END, 'unknown/' || template_id) AS of, log,
  coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''), coalesce(company, '')
FROM dw.v_records
WHERE outcome = 'error' AND NOT ((status = 'unknown' OR list_contains(string_split($2, ' '), signature)) AND template_id = $1)
QUALIFY row_number() OVER (PARTITION BY of ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) <= 3
ORDER BY of, occurred_at NULLS LAST, file, row, byte_offset, record_id;
