-- The findings of a view in numbers, before they are counted: one row per finding and message.
CREATE OR REPLACE TEMP TABLE %[1]s_sums (
  finding UBIGINT, place_of_change UBIGINT, sig_hash UBIGINT, title_hash UBIGINT, names_hash UBIGINT, company_hash UBIGINT, unexplained BOOLEAN,
  records BIGINT, keys BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, place BIGINT, id UBIGINT
);
