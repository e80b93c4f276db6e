-- The texts of the records at the places $1 (numbers, a blank between them), as they stand in the table, and which places of their templates are names.
SELECT r.rowid, coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''), coalesce(company, ''), coalesce(t.names, '')
FROM dw.records r LEFT JOIN dw.clusters t ON t.template_id = r.template_id
WHERE r.rowid IN (SELECT unnest(string_split($1, ' '))::BIGINT)
ORDER BY r.rowid;
