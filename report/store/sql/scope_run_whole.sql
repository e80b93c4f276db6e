-- Of which runs did run %[first] meet every record, where the record itself says? Their ids, a comma between them; null where it met some of a run, or
-- elsewhere. How many it met of each is compared with how many that one has.
WITH met AS (
  SELECT loaded_by AS run_id, count(*) AS n, bool_and(there) AS there FROM %[view]_met GROUP BY loaded_by
), held AS (
  SELECT run_id, count(*) AS n FROM dw.records WHERE run_id IN (SELECT run_id FROM met) GROUP BY run_id
)
SELECT CASE WHEN bool_and(met.there AND met.n = held.n) THEN string_agg(run_id::VARCHAR, ', ' ORDER BY run_id) END FROM met JOIN held USING (run_id);
