-- The failing records of the environment in the windows and between them, as numbers only, so that any number of them can be put on disk.
CREATE OR REPLACE TEMP TABLE recent AS
WITH numbered AS (
  SELECT place_of_change, own_place, (%[number])::TINYINT AS period, log = 'dualwrite' AS dual_write, status = 'unknown' AS unexplained, occurred_at,
    hash(record_id) AS id, place, wording
  FROM here
  WHERE occurred_at >= %[first] AND occurred_at < %[last]
)
SELECT * FROM numbered;
