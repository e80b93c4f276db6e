(
  -- The parts of long texts of the records that are loaded. Those of a copy that is not lie in the same part.
  SELECT t.record_id, t.field, t.part, t.text FROM spool.main.part_text_parts t
  ANTI JOIN (
    SELECT c.record_id, l.texts_path FROM spool.main.copies c JOIN spool.main.ledger l USING (place)
    GROUP BY ALL HAVING NOT arg_max(c.loaded, (c.place, c.row, c.byte_offset))
  ) lost ON lost.record_id = t.record_id AND lost.texts_path = t.filename
)
