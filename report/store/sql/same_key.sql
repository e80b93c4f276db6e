-- The same key is the same row however it is written: finance and operations apps and Dataverse compare keys without case, a log prints the parts of
-- a key of several columns with blanks between them or without, and the same letter may be one character or two.
CREATE OR REPLACE TEMP MACRO same_key(key) AS lower(nfc_normalize(replace(key, ', ', ',')));
