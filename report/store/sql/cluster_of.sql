-- Which cluster was once called $1, before it had the names that it has now? What a cluster has been is known by what it is: some of its names were not
-- known to be any.
WITH levels(level) AS (
  VALUES ('0'), ('1'), ('2')
)
SELECT c.cluster_id
FROM named_templates n JOIN dw.clusters c USING (template_id), levels one, levels two, levels three, levels four
WHERE one.level <= c.names[1] AND (two.level = '0' OR two.level <= c.names[2]) AND (three.level = '0' OR three.level <= c.names[3]) AND (four.level = '0' OR four.level <= c.names[4])
  AND cluster_of(frame, places, first_1, rest_1, one.level, first_2, rest_2, two.level, first_3, rest_3, three.level, first_4, rest_4, four.level) = $1
LIMIT 1;
