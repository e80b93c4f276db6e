-- What do the files of each part add up to?
SELECT coalesce(sum(l.read), 0)::BIGINT, coalesce(sum(l.loaded), 0)::BIGINT, coalesce(sum(l.duplicates), 0)::BIGINT, coalesce(sum(l.rejected), 0)::BIGINT,
  coalesce(sum(l.filtered), 0)::BIGINT, coalesce(sum(l.ok), 0)::BIGINT, coalesce(sum(l.classified), 0)::BIGINT, coalesce(sum(l.unclassified), 0)::BIGINT
FROM spool.main.parts p LEFT JOIN spool.main.ledger l USING (part) GROUP BY p.part ORDER BY p.part;
