-- The failing records of a view as numbers only, so that any number of them can be put on disk: hashes of what a finding
-- is told apart by, $1 being the wrappers, and the place of the record in the table, where the names are looked up of the
-- few that are shown. place_of_change is what changes are compared by.
CREATE OR REPLACE TEMP TABLE %[1]s_failing AS
SELECT finding_hash(map_title, map, dataverse_table, fno_entity, company, sig, CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END) AS finding,
  hash(sig, map_title) AS place_of_change, hash(sig) AS sig_hash, hash(map_title) AS title_hash,
  hash(coalesce(map, ''), coalesce(dataverse_table, ''), coalesce(fno_entity, '')) AS names_hash, hash(coalesce(company, '')) AS company_hash,
  status = 'unknown' AS unexplained,
  CASE WHEN affected_key IS NOT NULL THEN hash(affected_key) END AS key,
  occurred_at, hash(record_id) AS id, place
FROM %[1]s
WHERE outcome = 'error';
