-- Which map fails in which company with which signature? One row per failing_entities.csv row.
SELECT coalesce(map, ''), map_title, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), coalesce(company, ''),
  sig, cat, coalesce(severity, ''), status, count(*) AS records, count(DISTINCT affected_key), min(occurred_at), max(occurred_at)
FROM scope
WHERE outcome = 'error'
GROUP BY ALL
ORDER BY records DESC, map_title, coalesce(company, ''), sig, cat, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), coalesce(severity, ''), status;
