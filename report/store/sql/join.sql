-- Which templates are one cluster? Those whose words are the same but for names. What is written like a name is one where messages that are equal
-- around it have %[1]d or more different rests behind one first word (Kunde Adventure Works, Kunde Fabrikam); or %[2]d or more different first words, two of which
-- are followed by others; or %[3]d or more, as Timeout, Forbidden and Conflict are single words and as many failures. All messages count that the archive knows,
-- in whatever order they came: more of them can only make one cluster of several, never several of one. The id of a cluster is made of what its members have in
-- common, so it is the same in every archive. Nothing here keeps texts for each group of a sum: these are what DuckDB cannot put on disk.
CREATE OR REPLACE TEMP TABLE named AS FROM named_templates;

CREATE OR REPLACE TEMP TABLE named_places AS
SELECT DISTINCT frame, 1 AS place, first_1 AS first, rest_1 AS rest FROM named
UNION ALL
SELECT DISTINCT frame, 2, first_2, rest_2 FROM named WHERE places >= 2
UNION ALL
SELECT DISTINCT frame, 3, first_3, rest_3 FROM named WHERE places >= 3
UNION ALL
SELECT DISTINCT frame, 4, first_4, rest_4 FROM named WHERE places >= 4;

CREATE OR REPLACE TEMP TABLE names_behind AS
SELECT frame, place, first FROM named_places WHERE rest <> '' GROUP BY ALL HAVING count(*) >= %[1]d;

CREATE OR REPLACE TEMP TABLE names_instead AS
SELECT frame, place
FROM (SELECT frame, place, first, bool_or(rest <> '') AS followed FROM named_places GROUP BY ALL)
GROUP BY ALL
HAVING count(*) >= %[3]d OR count(*) >= %[2]d AND count(*) FILTER (followed) >= 2;

CREATE OR REPLACE TEMP TABLE joined AS
WITH said AS (
  SELECT n.*,
    is_name(i1.frame, b1.frame, rest_1) AS name_1, is_name(i2.frame, b2.frame, rest_2) AS name_2, is_name(i3.frame, b3.frame, rest_3) AS name_3, is_name(i4.frame, b4.frame, rest_4) AS name_4
  FROM named n
    LEFT JOIN names_instead i1 ON i1.frame = n.frame AND i1.place = 1 LEFT JOIN names_behind b1 ON b1.frame = n.frame AND b1.place = 1 AND b1.first = first_1
    LEFT JOIN names_instead i2 ON i2.frame = n.frame AND i2.place = 2 LEFT JOIN names_behind b2 ON b2.frame = n.frame AND b2.place = 2 AND b2.first = first_2
    LEFT JOIN names_instead i3 ON i3.frame = n.frame AND i3.place = 3 LEFT JOIN names_behind b3 ON b3.frame = n.frame AND b3.place = 3 AND b3.first = first_3
    LEFT JOIN names_instead i4 ON i4.frame = n.frame AND i4.place = 4 LEFT JOIN names_behind b4 ON b4.frame = n.frame AND b4.place = 4 AND b4.first = first_4
)
SELECT template_id, cluster_of(frame, places, first_1, rest_1, name_1, first_2, rest_2, name_2, first_3, rest_3, name_3, first_4, rest_4, name_4) AS cluster_id,
  left(name_1 || name_2 || name_3 || name_4, places) AS names
FROM said
WHERE name_1 <> '0' OR places >= 2 AND name_2 <> '0' OR places >= 3 AND name_3 <> '0' OR places >= 4 AND name_4 <> '0';
DROP TABLE named;
DROP TABLE named_places;
DROP TABLE names_behind;
DROP TABLE names_instead;
