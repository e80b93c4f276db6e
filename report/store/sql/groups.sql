-- The findings of a view that are listed one by one, with their names: of those that a rule or code explains the $1 with
-- most records, of the others the $3, and those of the signatures $2, one a line, however few they have.
CREATE OR REPLACE TEMP TABLE %[1]s_groups AS
WITH asked AS (
  SELECT hash(unnest(string_split($2, chr(10)))) AS sig_hash
), largest AS (
  (SELECT * FROM %[1]s_sums WHERE NOT unexplained ORDER BY records DESC, finding LIMIT $1)
  UNION ALL
  (SELECT * FROM %[1]s_sums WHERE unexplained ORDER BY records DESC, finding LIMIT $3)
), listed AS (
  SELECT * FROM largest
  UNION ALL
  SELECT * FROM %[1]s_sums WHERE sig_hash IN (SELECT sig_hash FROM asked) AND finding NOT IN (SELECT finding FROM largest)
)
SELECT s.*, coalesce(r.map, '') AS map, r.map_title, coalesce(r.dataverse_table, '') AS dataverse_table,
  coalesce(r.fno_entity, '') AS fno_entity, coalesce(r.company, '') AS company, r.sig, r.cat, severity_of(s.worst) AS severity, r.status,
  CASE WHEN r.map IS NULL THEN r.map_candidates ELSE [r.map] END AS candidates,
  CASE WHEN by_message(r.status, r.sig) THEN coalesce(r.template_id, '') ELSE '' END AS message
FROM listed s JOIN shown r ON r.place = s.place;
