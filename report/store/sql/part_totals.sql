-- What do the files of part $1 add up to?
SELECT coalesce(sum(read), 0)::BIGINT, coalesce(sum(loaded), 0)::BIGINT, coalesce(sum(duplicates), 0)::BIGINT, coalesce(sum(rejected), 0)::BIGINT,
  coalesce(sum(filtered), 0)::BIGINT, coalesce(sum(ok), 0)::BIGINT, coalesce(sum(classified), 0)::BIGINT, coalesce(sum(unclassified), 0)::BIGINT
FROM spool.main.ledger WHERE part = $1;
