-- When a map wrote a row of the company that a failure of sql/cascade.sql stops (of any, where one side names none), in the hours of that. $1 are the entities of ok
-- records and the maps whose rows they are, as in sql/came.sql.
CREATE OR REPLACE TEMP TABLE %[1]s_worked AS
WITH ok AS (
  SELECT DISTINCT p.parent, hash(row_company(r.company)) AS any_case, r.occurred_at
  FROM %[1]s r JOIN pairs_of($1) p ON p.entity = hash(r.entity)
  WHERE r.outcome = 'ok' AND r.log = 'dualwrite' AND r.record_key IS NOT NULL AND r.occurred_at IS NOT NULL
)
SELECT b.cause, o.occurred_at FROM %[1]s_blocks b JOIN ok o USING (parent, any_case) WHERE o.occurred_at BETWEEN b.first_seen AND b.last_seen + INTERVAL 1 HOUR
UNION
SELECT b.cause, o.occurred_at FROM %[1]s_blocks b JOIN ok o USING (parent)
WHERE (o.any_case = hash('') OR b.any_case = hash('')) AND o.occurred_at BETWEEN b.first_seen AND b.last_seen + INTERVAL 1 HOUR;
