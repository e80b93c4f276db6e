-- Whatever is left of the parts in the spool belongs to this run alone.
DROP VIEW IF EXISTS spool.main.part_records;
DROP VIEW IF EXISTS spool.main.part_text_parts;
DROP VIEW IF EXISTS spool.main.part_sightings;
DROP VIEW IF EXISTS spool.main.part_rejects;
DROP VIEW IF EXISTS spool.main.part_files;
DROP VIEW IF EXISTS spool.main.part_coverage;
DROP VIEW IF EXISTS spool.main.part_cuts;
DROP TABLE IF EXISTS spool.main.parts;
DROP TABLE IF EXISTS spool.main.ledger;
DROP TABLE IF EXISTS spool.main.copies;
DROP TABLE IF EXISTS spool.main.lost;
DROP TABLE IF EXISTS spool.main.rejects;
DROP TABLE IF EXISTS spool.main.sightings;
DROP TABLE IF EXISTS spool.main.files;
DROP TABLE IF EXISTS spool.main.text_parts;
DROP TABLE IF EXISTS spool.main.coverage;
DROP TABLE IF EXISTS spool.main.asked;
