-- What a part says of its files beyond the ledger: the source each is or is in, by whose path files of all parts are put in
-- order, and whether a run must not succeed with it. And the records that may be cut.
CREATE OR REPLACE TABLE spool.main.sources (position BIGINT, source VARCHAR, failed BOOLEAN);
CREATE OR REPLACE TABLE spool.main.cuts AS SELECT * EXCLUDE (run_id) FROM dw.cuts LIMIT 0;
