-- The templates that may have names, with what stands around these, how many places there are, and the first word and the rest of each.
CREATE OR REPLACE TEMP VIEW named_templates AS
WITH told AS (
  SELECT DISTINCT template_id, string_split(template_names, ' ') AS parts
  FROM (
    SELECT template_id, template_names FROM dw.records WHERE template_names IS NOT NULL
    UNION ALL
    SELECT template_id, template_names FROM dw.pruned WHERE template_names IS NOT NULL
  )
)
SELECT template_id, parts[1] AS frame, len(parts) - 1 AS places,
  split_part(parts[2], '.', 1) AS first_1, split_part(parts[2], '.', 2) AS rest_1, split_part(parts[3], '.', 1) AS first_2, split_part(parts[3], '.', 2) AS rest_2,
  split_part(parts[4], '.', 1) AS first_3, split_part(parts[4], '.', 2) AS rest_3, split_part(parts[5], '.', 1) AS first_4, split_part(parts[5], '.', 2) AS rest_4
FROM told;

-- What the id of a cluster is made of: what stands around the names, and each place as is_name says: 0 as it is, 1 without what follows its first word, 2 a name.
CREATE OR REPLACE TEMP MACRO name_form(first, rest, is_name) AS CASE is_name WHEN '2' THEN ' *' WHEN '1' THEN ' ' || first || '.*' ELSE ' ' || first || '.' || rest END;
CREATE OR REPLACE TEMP MACRO cluster_of(frame, places, first_1, rest_1, name_1, first_2, rest_2, name_2, first_3, rest_3, name_3, first_4, rest_4, name_4) AS
  't-' || left(sha256(frame || name_form(first_1, rest_1, name_1) || CASE WHEN places >= 2 THEN name_form(first_2, rest_2, name_2) ELSE '' END
    || CASE WHEN places >= 3 THEN name_form(first_3, rest_3, name_3) ELSE '' END || CASE WHEN places >= 4 THEN name_form(first_4, rest_4, name_4) ELSE '' END), 12);

-- What of a place is a name: in_all is null where not all of it is one, behind where not what follows the first word.
CREATE OR REPLACE TEMP MACRO is_name(in_all, behind, rest) AS CASE WHEN in_all IS NOT NULL THEN '2' WHEN behind IS NOT NULL AND rest <> '' THEN '1' ELSE '0' END;
