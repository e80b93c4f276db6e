-- The maps $1, one a line, in the order in which their rows can be saved.
CREATE OR REPLACE TEMP TABLE %[1]s_positions AS
SELECT unnest(string_split($1, chr(10))) AS map_title, generate_subscripts(string_split($1, chr(10)), 1) AS position;
