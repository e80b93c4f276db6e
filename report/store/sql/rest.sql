-- The findings of a view that are not listed one by one, as numbers: none so far. row_of is the signature that they are summed up under, 0 for unknown messages of which none is
-- listed; state the number of what became of them since the periods before, 0 where nothing is compared.
CREATE OR REPLACE TEMP TABLE %[1]s_rest (
  finding UBIGINT, row_of UBIGINT, state TINYINT, sig_hash UBIGINT, records BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, worst TINYINT, place BIGINT,
  title_hash UBIGINT, names_hash UBIGINT, company_hash UBIGINT
);
-- Of which row and state are the failing records of these findings that name a key, as numbers? None so far.
CREATE OR REPLACE TEMP TABLE %[1]s_rest_keys (row_of UBIGINT, state TINYINT, key UBIGINT);
-- How many keys and signatures does each row hold in each state?
CREATE OR REPLACE TEMP TABLE %[1]s_rest_sizes (row_of UBIGINT, state TINYINT, keys BIGINT, signatures BIGINT);
