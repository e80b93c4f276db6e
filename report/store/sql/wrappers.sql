-- Is a signature that of a wrapper, whose records are told apart by what they say?
CREATE OR REPLACE TEMP MACRO by_wrapper(sig) AS sig IN (%[wrappers]);

-- What changes are compared by: a signature in a map; of a wrapper, which stands around any failure, what is said there, wording being a hash of that and
-- the map. Another message is another failure.
CREATE OR REPLACE TEMP MACRO place_of_change(sig, wording, map_title) AS CASE WHEN by_wrapper(sig) THEN hash(sig, wording) ELSE hash(sig, map_title) END;

-- What it is wherever it fails: a signature, of a wrapper a message.
CREATE OR REPLACE TEMP MACRO name_of_change(sig, template_id) AS CASE WHEN by_wrapper(sig) THEN hash(sig, template_id) ELSE hash(sig) END;
