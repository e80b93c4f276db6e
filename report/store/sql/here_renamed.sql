-- The views of here.sql as the rules of the report name what fails in it: a message that had another signature by other rules is counted where it is now, so
-- it is neither back nor over, nor more than before, when only rules changed. Judged by the same rules a message may have several signatures,
-- told apart by a number in it: these stay. own_place is where it was.
CREATE OR REPLACE TEMP VIEW here AS
SELECT h.* REPLACE (CASE WHEN o.run_id IS NOT NULL OR p.judgement_id IS NOT NULL THEN coalesce(w.place_of_change, h.place_of_change) ELSE h.place_of_change END AS place_of_change)
FROM here_own h LEFT JOIN wordings w USING (wording)
LEFT JOIN (SELECT run_id FROM other_rules WHERE run_id IS NOT NULL) o ON o.run_id = h.run_id AND h.judgement_id IS NULL
LEFT JOIN (SELECT judgement_id FROM other_rules WHERE judgement_id IS NOT NULL) p ON p.judgement_id = h.judgement_id;

CREATE OR REPLACE TEMP VIEW here_pruned AS
SELECT h.* REPLACE (CASE WHEN o.run_id IS NOT NULL THEN coalesce(w.place_of_change, h.place_of_change) ELSE h.place_of_change END AS place_of_change)
FROM here_own_pruned h LEFT JOIN wordings w USING (wording)
LEFT JOIN (SELECT run_id FROM other_rules WHERE run_id IS NOT NULL) o ON o.run_id = h.run_id;
