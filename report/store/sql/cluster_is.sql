-- Which cluster is called $1, or has messages whose template is?
(SELECT cluster_id FROM dw.clusters WHERE template_id = $1 OR cluster_id = $1 LIMIT 1)
UNION ALL
(SELECT template_id FROM dw.records WHERE template_id = $1 AND template_id NOT IN (SELECT template_id FROM dw.clusters) LIMIT 1);
