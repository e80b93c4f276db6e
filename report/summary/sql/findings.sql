-- Which map fails in which company with which signature? One row per failing_entities.csv row that is listed. What is
-- told apart by its message has a row for each. Its state is that of the signature in the map, its severity the worst of its records; where these
-- differ, as rules of several runs judged them, they are counted by severity; its category is that of one of them, see categories.sql.
WITH mixed AS (
  SELECT finding, [count(*) FILTER (rank = 1), count(*) FILTER (rank = 2), count(*) FILTER (rank = 3), count(*) FILTER (rank = 4), count(*) FILTER (rank = 5), count(*) FILTER (rank = 6)] AS severities
  FROM scope_failing
  WHERE finding IN (SELECT finding FROM scope_groups WHERE worst <> least)
  GROUP BY finding
)
SELECT g.finding, map, map_title, dataverse_table, fno_entity, company, sig, cat, severity, status, g.records, keys, g.first_seen, g.last_seen, candidates, message,
  coalesce(change, ''), g.name_hash IN (SELECT name_hash FROM scope_known), hash(sig) IN (SELECT name_hash FROM scope_known), severities
FROM scope_groups g LEFT JOIN scope_states USING (place_of_change) LEFT JOIN mixed USING (finding)
ORDER BY g.records DESC, map_title, company, sig, dataverse_table, fno_entity, message;
