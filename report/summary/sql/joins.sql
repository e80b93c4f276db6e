-- The templates of failing records that are of a cluster with others, and whether a record of it is of the cluster: a rule may explain the same message in another log.
SELECT template_id, cluster_id, template_id IN (SELECT own_template FROM scope WHERE status = 'unknown' AND own_template <> template_id)
FROM dw.clusters
WHERE template_id IN (SELECT own_template FROM scope WHERE outcome = 'error' AND own_template <> template_id)
ORDER BY template_id;
