-- Under which signatures did messages fail before that fail in the report, in the same map? They are not over, whatever else of them does not fail: the rules changed.
INSERT INTO moved
SELECT own_place FROM recent WHERE wording IN (SELECT wording FROM wordings)
UNION
SELECT own_place FROM here_pruned WHERE wording IN (SELECT wording FROM wordings);
