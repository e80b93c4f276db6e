-- Which map fails in which company with which signature? One row per failing_entities.csv row. What is told apart by
-- its message, $1 being the wrappers, has a row for each.
-- (Records judged by an older edition of a rule may carry another category or severity.)
SELECT coalesce(map, ''), map_title, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), coalesce(company, ''),
  sig, max(cat), coalesce(max(severity), ''), max(status), count(*) AS records, count(DISTINCT affected_key), min(occurred_at), max(occurred_at),
  CASE WHEN map IS NULL THEN max(map_candidates) ELSE [map] END,
  CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END AS message
FROM scope
WHERE outcome = 'error'
GROUP BY map, map_title, dataverse_table, fno_entity, company, sig, message
ORDER BY records DESC, map_title, coalesce(company, ''), sig, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), message;
