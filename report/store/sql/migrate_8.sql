-- From schema version 8 to 9: which rules judged a record that is not judged by those of the run that has it. Of records that were
-- handed over before nothing is known but that run.
ALTER TABLE dw.records ADD COLUMN judgement_id BIGINT;
ALTER TABLE dw.records ADD COLUMN handed BOOLEAN;
CREATE TABLE dw.judgements (
  judgement_id BIGINT,  -- 1, 2, 3 … per database
  run_id       BIGINT,  -- the forgotten run; null for a call of reclassify
  made_at      TIMESTAMP,
  tool_version VARCHAR,
  rules        BIGINT,
  rules_digest VARCHAR,
  arguments    VARCHAR, -- the command line, which says what it was restricted to
  records      BIGINT,  -- failing records that were judged
  changed      BIGINT   -- of these, whose verdict became another one
);
-- And what joins records of one operation. Records that are there already have neither: their texts are not read again.
ALTER TABLE dw.records ADD COLUMN started_at TIMESTAMP;
ALTER TABLE dw.records ADD COLUMN text_ids VARCHAR;
