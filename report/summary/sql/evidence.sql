-- Which records prove a signature? The first three by time, one for an unknown message that is listed. Their
-- texts are read by their places in the table, a few at a time: what lies together is read together.
WITH kept AS (
  SELECT DISTINCT sig FROM scope_groups
), numbered AS (
  SELECT sig, status, place, record_id, file, row, byte_offset, occurred_at, occurred_raw, company, map_title, type_name, affected_key,
    matched_field, matched_start, matched_end,
    row_number() OVER (PARTITION BY sig ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) AS n
  FROM scope SEMI JOIN kept USING (sig)
  WHERE outcome = 'error'
  QUALIFY n <= 3
)
SELECT sig, place, record_id::VARCHAR, file, row, byte_offset, occurred_at, coalesce(occurred_raw, ''), coalesce(company, ''), map_title,
  coalesce(type_name, ''), coalesce(affected_key, ''), coalesce(matched_field, 'error_text'), coalesce(matched_start, 0), coalesce(matched_end, 0)
FROM numbered
WHERE n = 1 OR status <> 'unknown'
ORDER BY sig, n;
