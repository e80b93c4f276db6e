-- Nothing is counted yet.
CREATE OR REPLACE TEMP TABLE history (
  place_of_change UBIGINT,
  counts          BIGINT[], -- of the windows, the report's own first; the ninth of the log that the report did not read
  deep            BIGINT[], -- those of the windows in the log that has more of them; NULL where both have as many, or it failed in one log only
  dual_write      BOOLEAN,  -- has records of this log
  plugin_trace    BOOLEAN,
  unexplained     BOOLEAN,
  first_seen      TIMESTAMP, -- before window 0
  last_seen       TIMESTAMP,
  place           BIGINT,
  here_since      TIMESTAMP  -- the first in window 0, whatever run read it
);
CREATE OR REPLACE TEMP TABLE moved (place_of_change UBIGINT); -- see moved.sql
CREATE OR REPLACE TEMP TABLE past (
  place_of_change UBIGINT,
  first_seen      TIMESTAMP,
  last_seen       TIMESTAMP
);
