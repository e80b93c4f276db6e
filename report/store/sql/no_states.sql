-- The states of sql/states.sql, none so far.
CREATE OR REPLACE TEMP TABLE scope_states (
  place_of_change UBIGINT,
  change      VARCHAR,
  records     BIGINT,    -- of the report
  previous    BIGINT,    -- of the period before
  first_seen  TIMESTAMP,
  last_seen   TIMESTAMP,
  known_since TIMESTAMP,
  counts      BIGINT[],  -- of the periods that its log has, the report's own first
  unexplained BOOLEAN,
  place       BIGINT
);
-- Names of signatures and messages that failed before, and in none of these maps; see States.
CREATE OR REPLACE TEMP TABLE scope_known (name_hash UBIGINT);
