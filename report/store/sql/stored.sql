-- Where one record came from, and what it was taken for when it was loaded. Not of the view, as sql/texts.sql.
SELECT r.record_id::VARCHAR, r.file, r.row, r.byte_offset, r.byte_length, r.occurred_at, coalesce(r.occurred_raw, ''), coalesce(r.entity, ''), coalesce(r.company, ''),
  coalesce(r.map, ''), r.outcome, coalesce(r.status, ''), coalesce(r.signature, ''), r.run_id, coalesce(u.environment, ''),
  coalesce((SELECT any_value(digest) FROM dw.files f WHERE f.run_id = r.run_id AND f.path = r.file), ''),
  (SELECT list(DISTINCT s.run_id ORDER BY s.run_id)::VARCHAR[] FROM dw.sightings s WHERE s.record_id = r.record_id AND s.run_id <> r.run_id)
FROM dw.records r JOIN dw.runs u USING (run_id)
WHERE r.record_id = TRY_CAST($1 AS UUID);
