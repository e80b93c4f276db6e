-- How many business records does a rule or code touch?
WITH explained AS (
  SELECT sig_hash, arg_min(place, finding) AS place FROM scope_sums WHERE NOT unexplained GROUP BY sig_hash
), touched AS (
  SELECT DISTINCT sig_hash, key FROM scope_failing SEMI JOIN explained USING (sig_hash) WHERE key IS NOT NULL
), keys AS (
  SELECT sig_hash, count(*) AS keys FROM touched GROUP BY sig_hash
)
SELECT r.sig, k.keys
FROM keys k JOIN explained USING (sig_hash) JOIN shown r USING (place)
ORDER BY r.sig;
