-- The records of the operation that record $1 is of, in order; none where nothing ties it to another.
SELECT record_id::VARCHAR, coalesce(parent_record_id::VARCHAR, ''), link, link_id, confidence, log, coalesce(started_at, occurred_at), coalesce(depth, -1), coalesce(duration_ms, -1),
  coalesce(type_name, ''), coalesce(message_name, ''), coalesce(map, entity, ''), outcome, coalesce(signature, '')
FROM (FROM %s QUALIFY bool_or(record_id = TRY_CAST($1 AS UUID)) OVER (PARTITION BY chain_id))
ORDER BY position;
