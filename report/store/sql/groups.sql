-- The findings of a view with their names, and which of them are kept: listed one by one. These are the $2 with
-- most records, and those of the signatures $3, one a line, however few they have. What is not kept is still
-- counted: in one row per signature.
CREATE OR REPLACE TEMP TABLE %[1]s_groups AS
WITH named AS (
  SELECT s.*, r.record_id, coalesce(r.map, '') AS map, r.map_title, coalesce(r.dataverse_table, '') AS dataverse_table, coalesce(r.fno_entity, '') AS fno_entity,
    coalesce(r.company, '') AS company, r.sig, r.cat, coalesce(r.severity, '') AS severity, r.status,
    CASE WHEN r.map IS NULL THEN r.map_candidates ELSE [r.map] END AS candidates,
    CASE WHEN by_message(r.status, r.sig, $1) THEN coalesce(r.template_id, '') ELSE '' END AS message
  FROM %[1]s_sums s JOIN shown r USING (place)
), largest AS (
  SELECT finding
  FROM named
  ORDER BY list_contains(string_split($3, chr(10)), sig) DESC, records DESC, map_title, company, sig, dataverse_table, fno_entity, message
  LIMIT $2
)
SELECT *, finding IN (SELECT finding FROM largest) AS kept
FROM named;
