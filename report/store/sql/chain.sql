-- The chains of the records that were asked for, in order; none where nothing ties one to another.
SELECT chain_id::VARCHAR, record_id::VARCHAR, coalesce(parent_record_id::VARCHAR, ''), link, link_id, confidence, log, coalesce(started_at, occurred_at), coalesce(depth, -1), coalesce(duration_ms, -1),
  coalesce(type_name, ''), coalesce(message_name, ''), coalesce(map, entity, ''), outcome,
  CASE WHEN outcome = 'error' THEN coalesce(signature, 'unknown/' || template_id, '') ELSE '' END
FROM (FROM chains QUALIFY bool_or(record_id IN (SELECT record_id FROM asked_for)) OVER (PARTITION BY chain_id))
ORDER BY chain_id, position;
