-- The failing records of a view as numbers only, so that any number of them can be put on disk: hashes of what a finding
-- is told apart by, and the place of the record in the table, where the names are looked up of the
-- few that are shown. What all records of a finding have in common is not here but in VIEW_sums: with it a row is twice as
-- long, and three million of them do not fit into the memory that DuckDB has.
CREATE OR REPLACE TEMP TABLE %[1]s_failing AS
SELECT finding_hash(map_title, map, dataverse_table, fno_entity, company, sig, CASE WHEN by_message(status, sig) THEN coalesce(template_id, '') ELSE '' END) AS finding,
  hash(sig) AS sig_hash, CASE WHEN affected_key IS NOT NULL THEN hash(same_key(affected_key)) END AS key,
  occurred_at, severity_rank(severity) AS rank, hash(record_id) AS id, place
FROM %[1]s
WHERE outcome = 'error';
