-- What sql/mended.sql asks for, none so far: the records that may have been cut; of each the record before it in its file, that of each part of the archive; and
-- what may be its whole one: certain, or where it stands at the same place, if its file is a copy.
CREATE OR REPLACE TEMP TABLE halves AS
SELECT h.*, u.environment FROM dw.records h, dw.runs u LIMIT 0;
CREATE OR REPLACE TEMP TABLE before_halves (run_id BIGINT, file VARCHAR, row BIGINT, before_row BIGINT, before_id UUID);
CREATE OR REPLACE TEMP TABLE copies (half_run BIGINT, half_file VARCHAR, half_row BIGINT, run_id BIGINT, file VARCHAR);
CREATE OR REPLACE TEMP TABLE mended_pairs (run_id BIGINT, half UUID, file VARCHAR, row BIGINT, whole_run BIGINT, whole UUID, whole_file VARCHAR, whole_row BIGINT);
CREATE OR REPLACE TEMP TABLE mended_placed (run_id BIGINT, half UUID, file VARCHAR, row BIGINT, whole_run BIGINT, whole UUID, whole_file VARCHAR, whole_at TIMESTAMP, occurred_at TIMESTAMP, occurred_raw VARCHAR);
