-- The messages of a cluster that no rule explains, or only one of the wrappers $2 (ids, a blank between them): the
-- first ones by time, and how many there are.
SELECT log, coalesce(error_text, ''), coalesce(entity, ''), coalesce(company, ''),
  count(*) OVER (), min(occurred_at) OVER (), max(occurred_at) OVER ()
FROM dw.v_records
WHERE outcome = 'error' AND (status = 'unknown' OR list_contains(string_split($2, ' '), signature)) AND template_id = $1
ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id
LIMIT 500;
