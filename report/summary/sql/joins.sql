-- The templates of failing records that are of a cluster with others, $1 at most.
SELECT template_id, cluster_id
FROM dw.clusters
WHERE template_id IN (SELECT own_template FROM scope WHERE outcome = 'error' AND own_template <> template_id)
LIMIT $1;
