-- The ranks of fixes $1, one a line: the rank, a blank and what it is for.
CREATE OR REPLACE TEMP TABLE %[1]s_ranked_%[2]s AS
SELECT hash(regexp_replace(line, '^[0-9]+ ', '')) AS name, max(split_part(line, ' ', 1)::BIGINT) AS rank
FROM (SELECT unnest(string_split($1, chr(10))) AS line)
WHERE line <> ''
GROUP BY ALL;
