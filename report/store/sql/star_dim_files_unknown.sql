-- The file of what is of no file that the ledger has.
SELECT unknown() AS file_key, NULL::BIGINT AS run_id, NULL::VARCHAR AS path, NULL::VARCHAR AS format, NULL::VARCHAR AS log, NULL::VARCHAR AS encoding,
  NULL::VARCHAR AS container, NULL::VARCHAR AS digest, NULL::VARCHAR AS problem
