-- What ok records say of the failing ones of a view: nothing so far. settled are the records whose rows are saved, or which looked up rows that came: bits has
-- a bit for each such look-up, the first being 1; whole where nothing is left that they wait for; saved where their own row is saved; since when.
CREATE OR REPLACE TEMP TABLE %[1]s_saved (place BIGINT, since TIMESTAMP);
CREATE OR REPLACE TEMP TABLE %[1]s_settled (place BIGINT, bits BIGINT, whole BOOLEAN, saved BOOLEAN, since TIMESTAMP);
