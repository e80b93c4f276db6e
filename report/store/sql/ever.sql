-- Both, one after the other: when did what fail?
CREATE OR REPLACE TEMP VIEW ever AS
SELECT run_id, log, sig, map_title, wording, occurred_at, occurred_at AS first_seen, occurred_at AS last_seen FROM here
UNION ALL
SELECT run_id, log, sig, map_title, wording, occurred_at, first_seen, last_seen FROM here_pruned;

-- What a place below 0 stands for, as shown says it of others.
CREATE OR REPLACE TEMP VIEW shown_pruned AS
SELECT -1 - p.rowid AS place, CASE WHEN status = 'unknown' THEN 'unknown/' || coalesce(c.cluster_id, p.template_id) ELSE signature END AS sig, map_title, map, severity,
  coalesce(c.cluster_id, p.template_id) AS template_id
FROM dw.pruned p LEFT JOIN dw.clusters c ON c.template_id = p.template_id;
