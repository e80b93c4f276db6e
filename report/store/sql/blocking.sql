-- The signatures $1, one a line, by their hashes.
CREATE OR REPLACE TEMP TABLE %[1]s_blocking AS SELECT hash(unnest(string_split($1, chr(10)))) AS sig;
