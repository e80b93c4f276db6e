-- Which map fails in which company with which signature? One row per failing_entities.csv row that is listed. What is
-- told apart by its message has a row for each. Ongoing is what failed in the run compared with, too.
-- (Records judged by an older edition of a rule may carry another category or severity.)
SELECT map, map_title, dataverse_table, fno_entity, company, sig, cat, severity, status, records, keys, first_seen, last_seen, candidates, message,
  place_of_change IN (SELECT place_of_change FROM baseline_sums)
FROM scope_groups
ORDER BY records DESC, map_title, company, sig, dataverse_table, fno_entity, message;
