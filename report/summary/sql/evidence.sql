-- Which records prove a signature? The first three by time, one for an unknown message.
WITH first AS (
  SELECT record_id
  FROM scope
  WHERE outcome = 'error'
  QUALIFY row_number() OVER (PARTITION BY sig ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) <= CASE WHEN status = 'unknown' THEN 1 ELSE 3 END
)
SELECT sig, record_id::VARCHAR, file, row, byte_offset, occurred_at, coalesce(occurred_raw, ''), coalesce(company, ''), map_title,
  coalesce(type_name, ''), coalesce(affected_key, ''), coalesce(matched_field, 'error_text'),
  CASE matched_field WHEN 'trace_text' THEN trace_text ELSE left(error_text, 20000) END,
  coalesce(matched_start, 0), coalesce(matched_end, 0)
FROM scope
WHERE record_id IN (SELECT record_id FROM first)
ORDER BY sig, occurred_at NULLS LAST, file, row, byte_offset, record_id;
