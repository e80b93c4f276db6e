-- How many failing records of a view has each finding, how many business records, from when to when? One row
-- per finding and message, $1 being the wrappers, with the place of one of its records in the table: the names
-- are looked up there, for all findings at once. place_of_change is what changes are compared by.
CREATE OR REPLACE TEMP TABLE %[1]s_sums AS
WITH failing AS (
  SELECT finding_hash(map_title, map, dataverse_table, fno_entity, company, sig, CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END) AS finding,
    hash(sig, map_title) AS place_of_change,
    CASE WHEN affected_key IS NOT NULL THEN hash(affected_key) END AS key,
    occurred_at, record_id, place
  FROM %[1]s
  WHERE outcome = 'error'
)
SELECT finding, place_of_change, count(*) AS records, count(DISTINCT key) AS keys, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
  arg_min(place, record_id) AS place
FROM failing
GROUP BY finding, place_of_change;
