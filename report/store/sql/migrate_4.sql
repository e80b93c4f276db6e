-- From schema version 4 to 5: long texts in parts. Those that are stored whole stay so.
CREATE TABLE dw.text_parts (
  run_id    BIGINT,
  record_id UUID,
  field     VARCHAR, -- error_text, trace_text
  part      BIGINT,  -- 2, 3, …
  text      VARCHAR USING COMPRESSION zstd
);
