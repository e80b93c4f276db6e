-- Which signatures of the report failed before, too, in any map: in a state other than new, or only then?
SELECT DISTINCT sig FROM scope_groups JOIN scope_states USING (place_of_change) WHERE change NOT IN ('new', '')
UNION
SELECT sig FROM scope_states JOIN shown USING (place) WHERE change IN ('quiet', 'resolved')
UNION
SELECT sig FROM scope_states JOIN shown_pruned USING (place) WHERE change IN ('quiet', 'resolved')
ORDER BY sig;
