-- Are the records of a signature told apart by what they say? Those of wrappers are, and of rules that take any reason.
CREATE OR REPLACE TEMP MACRO told_apart(sig) AS sig IN (%[rules]);

-- Is a record told apart by its message? One of these is, and what no rule explains.
CREATE OR REPLACE TEMP MACRO by_message(status, sig) AS status = 'unknown' OR told_apart(sig);

-- What changes are compared by: a signature in a map; of one that stands around any failure what is said there, wording being a hash of that and
-- the map. Another message is another failure.
CREATE OR REPLACE TEMP MACRO place_of_change(sig, wording, map_title) AS CASE WHEN told_apart(sig) THEN hash(sig, wording) ELSE hash(sig, map_title) END;

-- What it is wherever it fails: a signature, or a message of it.
CREATE OR REPLACE TEMP MACRO name_of_change(sig, template_id) AS CASE WHEN told_apart(sig) THEN hash(sig, template_id) ELSE hash(sig) END;
