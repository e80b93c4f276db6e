-- Both, one after the other: when did what fail?
CREATE OR REPLACE TEMP VIEW ever AS
SELECT run_id, log, sig, map_title, wording, place_of_change, name_hash, occurred_at, occurred_at AS first_seen, occurred_at AS last_seen FROM here
UNION ALL
SELECT run_id, log, sig, map_title, wording, place_of_change, name_hash, occurred_at, first_seen, last_seen FROM here_pruned;
