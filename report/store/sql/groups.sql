-- The findings of a view that are listed one by one, with their names: the $2 with most records, and those of the
-- signatures $3, one a line, however few they have. $1 are the wrappers.
CREATE OR REPLACE TEMP TABLE %[1]s_groups AS
WITH largest AS (
  SELECT *
  FROM %[1]s_sums
  ORDER BY list_contains(list_transform(string_split($3, chr(10)), x -> hash(x)), sig_hash) DESC, records DESC, finding
  LIMIT $2
)
SELECT s.*, coalesce(r.map, '') AS map, r.map_title, coalesce(r.dataverse_table, '') AS dataverse_table,
  coalesce(r.fno_entity, '') AS fno_entity, coalesce(r.company, '') AS company, r.sig, r.cat, coalesce(r.severity, '') AS severity, r.status,
  CASE WHEN r.map IS NULL THEN r.map_candidates ELSE [r.map] END AS candidates,
  CASE WHEN by_message(r.status, r.sig, $1) THEN coalesce(r.template_id, '') ELSE '' END AS message
FROM largest s JOIN shown r ON r.place = s.place;
