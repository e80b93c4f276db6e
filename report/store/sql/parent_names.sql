-- The maps and tables that lack rows, with the hashes that stand for them.
WITH first AS (
  SELECT parent, min(spot) AS spot FROM %[1]s_missing GROUP BY parent
)
SELECT f.parent::VARCHAR, looked_up(r.captures)[f.spot %% 4 + 1].parent
FROM first f JOIN shown r ON r.place = f.spot // 4
ORDER BY ALL;
