-- The keys of findings of part $1 of $2: of these there is room in memory.
INSERT INTO %[1]s_rest_keys
SELECT r.row_of, r.state, f.key
FROM %[1]s_failing f JOIN (SELECT * FROM %[1]s_rest WHERE finding %% $2::UBIGINT = $1::UBIGINT) r USING (finding)
WHERE f.finding %% $2::UBIGINT = $1::UBIGINT AND f.key IS NOT NULL;
