-- The findings of part $1 of $2 that are not listed: those of one place of change are of one part, so that what became of them is held part by part.
INSERT INTO %[1]s_rest
WITH unlisted AS (
  SELECT s.*, CASE WHEN s.unexplained AND sig_hash NOT IN (SELECT sig_hash FROM %[1]s_groups) THEN 0::UBIGINT ELSE sig_hash END AS row_of
  FROM %[1]s_sums s
  WHERE place_of_change %% $2::UBIGINT = $1::UBIGINT AND finding NOT IN (SELECT finding FROM %[1]s_groups)
), states AS (
  SELECT place_of_change, list_position(['new', 'regressed', 'spiking', 'ongoing'], change)::TINYINT AS state
  FROM %[1]s_states
  WHERE place_of_change %% $2::UBIGINT = $1::UBIGINT
)
SELECT finding, row_of, coalesce(state, 0), sig_hash, records, first_seen, last_seen, worst, place, title_hash, names_hash, company_hash
FROM unlisted LEFT JOIN states USING (place_of_change);
