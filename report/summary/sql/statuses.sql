-- Records per log and status.
SELECT log, status, count(*) FROM scope GROUP BY ALL ORDER BY ALL;
