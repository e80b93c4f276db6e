-- Which plug-ins do the unknown messages come from that are listed? Three are named, the fourth tells that there are others.
SELECT sig, type_name, count(*) AS records
FROM scope SEMI JOIN (SELECT DISTINCT sig FROM scope_groups) kept USING (sig)
WHERE status = 'unknown' AND type_name IS NOT NULL
GROUP BY sig, type_name
QUALIFY row_number() OVER (PARTITION BY sig ORDER BY count(*) DESC, type_name) <= 4
ORDER BY sig, records DESC, type_name;
