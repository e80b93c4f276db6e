-- What the id of a cluster is made of: what stands around the names, and each place as is_name says: 0 as it is, 1 without what follows its first word, 2 a name.
CREATE OR REPLACE TEMP MACRO name_form(first, rest, is_name) AS CASE is_name WHEN '2' THEN ' *' WHEN '1' THEN ' ' || first || '.*' ELSE ' ' || first || '.' || rest END;
CREATE OR REPLACE TEMP MACRO cluster_of(frame, forms) AS 't-' || left(sha256(frame || forms), 12);

-- What of a place is a name: in_all is null where not all of it is one, behind where not what follows the first word.
CREATE OR REPLACE TEMP MACRO is_name(in_all, behind, rest) AS CASE WHEN in_all IS NOT NULL THEN '2' WHEN behind IS NOT NULL AND rest <> '' THEN '1' ELSE '0' END;
