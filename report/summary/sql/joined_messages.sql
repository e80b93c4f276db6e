-- Of how many messages are the records of clusters that nothing explains? Only of those of several. A rule may explain the same message in another log, and a message
-- that it explains is none of the cluster's.
SELECT template_id, count(*)
FROM (SELECT DISTINCT template_id, hash(own_template) FROM scope WHERE status = 'unknown' AND own_template <> template_id)
GROUP BY template_id;
