-- Both, one after the other: when did what fail?
CREATE OR REPLACE TEMP VIEW ever AS
SELECT run_id, log, sig, map_title, wording, occurred_at, occurred_at AS first_seen, occurred_at AS last_seen FROM here
UNION ALL
SELECT run_id, log, sig, map_title, wording, occurred_at, first_seen, last_seen FROM here_pruned;

-- What a place below 0 stands for, as shown says it of others.
CREATE OR REPLACE TEMP VIEW shown_pruned AS
SELECT -1 - rowid AS place, signature AS sig, map_title, map, severity, template_id FROM dw.pruned;
