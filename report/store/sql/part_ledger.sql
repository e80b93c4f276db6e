-- The files of all parts in the order in which one run would have read them: sources by their paths, and in a source
-- as its worker met them.
CREATE OR REPLACE TABLE spool.main.ledger AS
SELECT row_number() OVER (ORDER BY replace(f.source, '/', chr(1)), f.source, f.position, f.path) - 1 AS place, f.*, p.part, p.name, p.texts_path, p.coverage_path, 0::BIGINT AS pruned
FROM spool.main.part_files f JOIN spool.main.parts p ON p.files_path = f.filename;
