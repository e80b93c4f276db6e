-- Which map fails in which company with which signature? One row per failing_entities.csv row that is listed. What is
-- told apart by its message has a row for each. Its state is that of the signature in the map.
-- (Records judged by an older edition of a rule may carry another category or severity.)
SELECT map, map_title, dataverse_table, fno_entity, company, sig, cat, severity, status, g.records, keys, g.first_seen, g.last_seen, candidates, message,
  coalesce(change, ''), hash(sig) IN (SELECT sig_hash FROM scope_known)
FROM scope_groups g LEFT JOIN scope_states USING (place_of_change)
ORDER BY g.records DESC, map_title, company, sig, dataverse_table, fno_entity, message;
