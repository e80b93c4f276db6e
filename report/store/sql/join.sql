-- Which templates are one cluster? Those whose words are the same but for names. What is written like a name is one where messages that are equal
-- around it have %[1]d or more different rests behind one first word (Kunde Adventure Works, Kunde Fabrikam); or %[2]d or more different first words, two of which
-- are followed by others; or %[3]d or more, as Timeout, Forbidden and Conflict are single words and as many failures. All messages count that the archive knows,
-- in whatever order they came: more of them can only make one cluster of several, never several of one. The id of a cluster is made of what its members have in
-- common, so it is the same in every archive.
CREATE OR REPLACE TEMP TABLE named_places AS
WITH told AS (
  SELECT template_id, min(template_names) AS names
  FROM (
    SELECT template_id, template_names FROM dw.records WHERE template_names IS NOT NULL
    UNION ALL
    SELECT template_id, template_names FROM dw.pruned WHERE template_names IS NOT NULL
  )
  GROUP BY template_id
), places AS (
  SELECT template_id, split_part(names, ' ', 1) AS frame, generate_subscripts(string_split(names, ' ')[2:], 1) AS place, unnest(string_split(names, ' ')[2:]) AS name
  FROM told
)
SELECT template_id, frame, place, split_part(name, '.', 1) AS first, split_part(name, '.', 2) AS rest FROM places;

CREATE OR REPLACE TEMP TABLE joined AS
WITH behind AS (
  SELECT frame, place, first FROM (SELECT DISTINCT frame, place, first, rest FROM named_places WHERE rest <> '') GROUP BY ALL HAVING count(*) >= %[1]d
), instead AS (
  SELECT frame, place
  FROM (SELECT frame, place, first, bool_or(rest <> '') AS followed FROM named_places GROUP BY ALL)
  GROUP BY ALL
  HAVING count(*) >= %[3]d OR count(*) >= %[2]d AND count(*) FILTER (followed) >= 2
), said AS (
  SELECT p.*, CASE WHEN i.frame IS NOT NULL THEN '2' WHEN b.frame IS NOT NULL AND rest <> '' THEN '1' ELSE '0' END AS is_name
  FROM named_places p LEFT JOIN behind b USING (frame, place, first) LEFT JOIN instead i USING (frame, place)
)
SELECT template_id, cluster_of(frame, string_agg(name_form(first, rest, is_name), '' ORDER BY place)) AS cluster_id, string_agg(is_name, '' ORDER BY place) AS names
FROM said
GROUP BY template_id, frame
HAVING bool_or(is_name <> '0');
DROP TABLE named_places;
