-- How many keys and signatures of part $1 of $2 does each row hold? Each is of one part, so the parts add up.
INSERT INTO %[1]s_rest_sizes
SELECT row_of, state, count(*), 0
FROM (SELECT DISTINCT row_of, state, key FROM %[1]s_rest_keys WHERE key %% $2::UBIGINT = $1::UBIGINT)
GROUP BY row_of, state
UNION ALL
SELECT row_of, state, 0, count(*)
FROM (SELECT DISTINCT row_of, state, sig_hash FROM %[1]s_rest WHERE sig_hash %% $2::UBIGINT = $1::UBIGINT)
GROUP BY row_of, state;
