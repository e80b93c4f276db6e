-- Which plug-ins do the unknown messages come from?
SELECT sig, type_name, count(*) AS records
FROM scope
WHERE status = 'unknown' AND type_name IS NOT NULL
GROUP BY sig, type_name
QUALIFY row_number() OVER (PARTITION BY sig ORDER BY count(*) DESC, type_name) <= 3
ORDER BY sig, records DESC, type_name;
