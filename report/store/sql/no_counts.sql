-- The findings of a view that are counted so far: none.
CREATE OR REPLACE TEMP TABLE %[1]s_counts (
  finding UBIGINT, records BIGINT, keys BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, place BIGINT, id UBIGINT, worst TINYINT, least TINYINT
);
