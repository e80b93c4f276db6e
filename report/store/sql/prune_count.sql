-- The counts that stay of the records that go.
INSERT INTO dw.pruned
SELECT g.run_id, g.met_by, r.log, date_trunc('hour', r.occurred_at), CASE WHEN r.outcome = 'error' THEN coalesce(r.signature, 'unknown/' || r.own_template) END, CASE WHEN r.outcome = 'error' THEN r.map_title END,
  r.map, r.severity, r.status, CASE WHEN r.outcome = 'error' THEN r.own_template END, count(*), min(r.occurred_at), max(r.occurred_at), r.template_names
FROM going g JOIN shown r USING (place)
WHERE g.goes
GROUP BY ALL;
