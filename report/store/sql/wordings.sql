-- The messages that fail in the report, each in its map: by other rules they may have had another signature before. place_of_change is what they are compared by
-- now; NULL where that is not one alone.
CREATE OR REPLACE TEMP TABLE wordings AS
SELECT wording, CASE WHEN min(place_of_change) = max(place_of_change) THEN min(place_of_change) END AS place_of_change
FROM (SELECT hash(template_id, map_title) AS wording, place_of_change(sig, hash(template_id, map_title), map_title) AS place_of_change FROM scope WHERE outcome = 'error')
GROUP BY wording;
