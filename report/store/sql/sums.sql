-- The findings of a view in numbers: what was counted, and what all records of a finding have in common, as hashes.
-- place_of_change is what changes are compared by: a signature in a map, or of a wrapper a message of it there.
CREATE OR REPLACE TEMP TABLE %[1]s_sums AS
SELECT c.*, place_of_change(sig, hash(template_id, map_title), map_title) AS place_of_change, name_of_change(sig, template_id) AS name_hash, hash(sig) AS sig_hash, hash(map_title) AS title_hash,
  hash(coalesce(map, ''), coalesce(dataverse_table, ''), coalesce(fno_entity, '')) AS names_hash, hash(coalesce(company, '')) AS company_hash,
  status = 'unknown' AS unexplained, log
FROM %[1]s_counts c JOIN shown USING (place);
