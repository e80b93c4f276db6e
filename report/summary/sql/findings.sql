-- Which map fails in which company with which signature? One row per failing_entities.csv row. What no rule
-- explains, or only one of the wrappers $1 (ids, a blank between them), is told apart by its message.
-- (Records judged by an older edition of a rule may carry another category or severity.)
SELECT coalesce(map, ''), map_title, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), coalesce(company, ''),
  sig, max(cat), coalesce(max(severity), ''), max(status), count(*) AS records, count(DISTINCT affected_key), min(occurred_at), max(occurred_at),
  CASE WHEN map IS NULL THEN max(map_candidates) ELSE [map] END,
  CASE WHEN status = 'unknown' OR list_contains(string_split($1, ' '), sig) THEN coalesce(template_id, '') ELSE '' END AS message
FROM scope
WHERE outcome = 'error'
GROUP BY map, map_title, dataverse_table, fno_entity, company, sig, message
ORDER BY records DESC, map_title, coalesce(company, ''), sig, coalesce(dataverse_table, ''), coalesce(fno_entity, ''), message;
