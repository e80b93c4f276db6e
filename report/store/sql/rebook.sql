-- What files and runs book as classified and unclassified, now. A database from before version 9 does not know which records a run was handed, so
-- no ledger is moved further than it goes.
CREATE OR REPLACE TEMP TABLE moved AS
SELECT f.run_id, f.position, greatest(-f.classified, least(f.unclassified, sum(b.n)))::BIGINT AS n
FROM rebooked b JOIN dw.files f ON f.run_id = b.run_id AND f.path = b.path
GROUP BY f.run_id, f.position, f.classified, f.unclassified;
UPDATE dw.files f SET classified = f.classified + m.n, unclassified = f.unclassified - m.n
FROM moved m WHERE f.run_id = m.run_id AND f.position = m.position;
UPDATE dw.runs u SET classified = u.classified + m.n, unclassified = u.unclassified - m.n
FROM (SELECT run_id, sum(n)::BIGINT AS n FROM moved GROUP BY run_id) m WHERE u.run_id = m.run_id;
DROP TABLE moved;
