-- The records that run %[first] is about, where those it met again are all of what other runs loaded, and stand where they stood: no join is needed, which each
-- query would pay for.
CREATE OR REPLACE TEMP VIEW %[view] AS
SELECT r.*, u.environment
FROM shown r CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[first]) u
WHERE r.run_id IN (%[first], %[whole]);
