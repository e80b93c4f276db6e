-- From schema version 6 to 7: records that may have been cut, which the whole one replaces when it comes.
CREATE TABLE dw.cuts (
  run_id    BIGINT,
  record_id UUID,
  file      VARCHAR,
  row       BIGINT
);
