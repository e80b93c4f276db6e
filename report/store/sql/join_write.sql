-- What sql/join.sql found takes the place of what was there; rows that stay are not written.
DELETE FROM dw.clusters c WHERE NOT EXISTS (FROM joined j WHERE j.template_id = c.template_id AND j.cluster_id = c.cluster_id AND j.names = c.names);
INSERT INTO dw.clusters FROM joined j ANTI JOIN dw.clusters c USING (template_id) ORDER BY j.template_id;
