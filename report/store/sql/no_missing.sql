-- The missing rows of a view that are counted so far: none.
CREATE OR REPLACE TEMP TABLE %[1]s_missing (
  parent UBIGINT, key UBIGINT, company UBIGINT, apart BOOLEAN, records BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, spot BIGINT, id UBIGINT, any_case UBIGINT
);
