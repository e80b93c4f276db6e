-- Messages that are none of a cluster: up to three of every other signature and cluster. $2 as in cluster.sql.
SELECT coalesce(signature, 'unknown/' || template_id), log, coalesce(error_text, ''), coalesce(trace_text, '')
FROM dw.v_records
WHERE outcome = 'error' AND NOT ((status = 'unknown' OR list_contains(string_split($2, ' '), signature)) AND template_id = $1)
QUALIFY row_number() OVER (PARTITION BY coalesce(signature, 'unknown/' || template_id) ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) <= 3
ORDER BY 1, occurred_at NULLS LAST, file, row, byte_offset, record_id;
