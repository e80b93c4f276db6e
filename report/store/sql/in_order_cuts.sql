-- Where are the rows of in_order cut, so that %[3]d parts are about as large as each other? key is that of the first row of a part, but for those of part 0.
CREATE OR REPLACE TEMP TABLE in_order_cuts AS
WITH drawn AS (
  SELECT %[1]s AS key FROM in_order USING SAMPLE reservoir(%[2]d ROWS) REPEATABLE (1)
), numbered AS (
  SELECT key, (row_number() OVER (ORDER BY key) - 1) * %[3]d // count(*) OVER () AS part FROM drawn
)
SELECT part, min(key) AS key FROM numbered GROUP BY part;
