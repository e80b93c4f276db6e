-- What do the messages say that findings tell apart? One record of each; $1 are the wrappers.
SELECT sig, coalesce(template_id, ''), coalesce(left(error_text, 20000), ''), coalesce(left(trace_text, 20000), ''), coalesce(entity, ''), coalesce(logged_company, '')
FROM scope
WHERE outcome = 'error' AND by_message(status, sig, $1)
QUALIFY row_number() OVER (PARTITION BY sig, template_id ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) = 1
ORDER BY sig, template_id;
