-- The parents of missing rows that are several maps, as a message leaves it open which of them brings the row ("A or B"), under each of these.
CREATE OR REPLACE TEMP TABLE %[1]s_together AS
WITH first AS (
  SELECT parent, min(spot) AS spot FROM %[1]s_missing GROUP BY parent
), named AS (
  SELECT f.parent, looked_up(r.captures)[f.spot %% 4 + 1].parent AS name FROM first f JOIN shown r ON r.place = f.spot // 4
)
SELECT hash(unnest(string_split(name, ' or '))) AS title, parent FROM named WHERE contains(name, ' or ');
