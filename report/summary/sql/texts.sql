-- The texts of the records at the places $1 (numbers, a blank between them), as they stand in the table.
SELECT place, coalesce(error_text, ''), coalesce(trace_text, ''), coalesce(entity, ''), coalesce(logged_company, ''), names
FROM shown
WHERE place IN (SELECT unnest(string_split($1, ' '))::BIGINT)
ORDER BY place;
