-- The messages that fail in the report, each in its map: by other rules they may have had another signature before.
CREATE OR REPLACE TEMP TABLE wordings AS
SELECT DISTINCT hash(template_id, map_title) AS wording FROM scope WHERE outcome = 'error';
