-- How many records of log $1 of the environment failed from $2 on and before $3?
SELECT ((SELECT count(*) FROM here WHERE log = $1 AND occurred_at >= $2 AND occurred_at < $3)
  + (SELECT coalesce(sum(records), 0) FROM here_pruned WHERE log = $1 AND occurred_at >= $2 AND occurred_at < $3))::BIGINT;
