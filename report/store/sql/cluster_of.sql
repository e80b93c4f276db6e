-- Of which cluster is $1: a template that was joined with others, or a cluster that was, before it had the names that it has now? What a cluster has been is known by
-- what it is: some of its names were not known to be any.
WITH own AS (
  SELECT cluster_id FROM dw.clusters WHERE template_id = $1 OR cluster_id = $1 LIMIT 1
), told AS (
  SELECT DISTINCT c.cluster_id, r.template_names AS names, c.names AS joined
  FROM dw.clusters c JOIN (FROM (SELECT template_id, template_names FROM dw.records UNION SELECT template_id, template_names FROM dw.pruned) WHERE template_names IS NOT NULL) r USING (template_id)
  WHERE NOT EXISTS (FROM own)
), places AS (
  SELECT cluster_id, names, split_part(names, ' ', 1) AS frame, generate_subscripts(string_split(names, ' ')[2:], 1) AS place, unnest(string_split(names, ' ')[2:]) AS name,
    unnest(string_split(joined, '')) AS is_name
  FROM told
), forms AS (
  SELECT cluster_id, names, frame, place,
    list(name_form(split_part(name, '.', 1), split_part(name, '.', 2), level)) AS list
  FROM places, (VALUES ('0'), ('1'), ('2')) l(level)
  WHERE level <= is_name AND (level <> '1' OR split_part(name, '.', 2) <> '')
  GROUP BY ALL
), ways AS (
  SELECT cluster_id, frame, coalesce(any_value(list) FILTER (place = 1), ['']) AS a, coalesce(any_value(list) FILTER (place = 2), ['']) AS b,
    coalesce(any_value(list) FILTER (place = 3), ['']) AS c, coalesce(any_value(list) FILTER (place = 4), ['']) AS d
  FROM forms GROUP BY cluster_id, names, frame
), first_two AS (
  SELECT cluster_id, frame, c, d, unnest(flatten([[x || y FOR y IN b] FOR x IN a])) AS forms FROM ways
), all_four AS (
  SELECT cluster_id, frame, forms, unnest(flatten([[x || y FOR y IN d] FOR x IN c])) AS others FROM first_two
)
SELECT cluster_id FROM own
UNION ALL
(SELECT cluster_id FROM all_four WHERE cluster_of(frame, forms || others) = $1 LIMIT 1);
