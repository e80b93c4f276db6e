-- The maps, tables and entities of the exported runs. title is the entity as reports name it.
SELECT DISTINCT map_key(map, dataverse_table, fno_entity, map_candidates) AS map_key,
  CASE
    WHEN map IS NOT NULL THEN map
    WHEN len(map_candidates) > 0 THEN array_to_string(map_candidates[1:3], ' or ') || CASE WHEN len(map_candidates) > 3 THEN ' or another' ELSE '' END
    WHEN dataverse_table IS NOT NULL THEN 'No map: ' || dataverse_table
    ELSE 'No map'
  END AS title, map, dataverse_table, fno_entity, CASE WHEN len(map_candidates) > 0 THEN as_json(map_candidates) END AS map_candidates
FROM (SELECT DISTINCT map, dataverse_table, fno_entity, map_candidates FROM dw.records WHERE run_id IN (%[runs])
  UNION ALL SELECT NULL, NULL, NULL, NULL)
