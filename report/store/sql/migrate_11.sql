-- From schema version 11 to 12: what reports say of why a fix is needed, and by when. Earlier ones did not book it. View v_missing is called anew by its maps' sets.
ALTER TABLE dw.fixes ADD COLUMN why_here VARCHAR;
ALTER TABLE dw.fixes ADD COLUMN purged_from TIMESTAMP;
ALTER TABLE dw.fixes ADD COLUMN purged_until TIMESTAMP;
