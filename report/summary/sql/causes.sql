-- The $1 causes that explain most records, with how many there are. place is a record of the cause's own failure, else
-- of a look-up of its row.
WITH largest AS (
  SELECT *, count(*) OVER () AS total
  FROM scope_causes
  ORDER BY own + waiting DESC, cause
  LIMIT $1
)
SELECT c.cause, c.total, c.rows, c.unseen, c.missing, c.own, c.waiting, c.partly, c.first_seen, c.last_seen, c.first_wait, c.last_wait,
  coalesce(r.map_title, ''), coalesce(r.company, ''), coalesce(r.record_id::VARCHAR, '')
FROM largest c LEFT JOIN shown r ON r.place = c.place
ORDER BY c.own + c.waiting DESC, least(c.first_seen, c.first_wait), r.map_title, r.company, r.sig, r.affected_key, c.cause;
