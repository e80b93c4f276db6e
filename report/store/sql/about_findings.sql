-- About how many findings do the failing records of a view make? It decides in how many parts they are counted.
SELECT approx_count_distinct(finding) FROM %[1]s_failing;
