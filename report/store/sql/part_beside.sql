-- How many parts of texts and ranges of coverage does the run have, counted apart from how they are loaded?
SELECT
  (SELECT count(*) FROM spool.main.part_text_parts) - (
    SELECT count(*) FROM spool.main.part_text_parts t JOIN (
      SELECT c.record_id, l.texts_path, arg_max(c.loaded, (c.place, c.row, c.byte_offset)) AS loaded
      FROM spool.main.copies c JOIN spool.main.ledger l USING (place) GROUP BY ALL
    ) k ON k.record_id = t.record_id AND k.texts_path = t.filename WHERE NOT k.loaded),
  (SELECT count(*) FROM spool.main.part_coverage, spool.main.line WHERE before_at IS NULL OR until_at > before_at);
