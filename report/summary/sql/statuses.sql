-- Records per status.
SELECT status, count(*) FROM scope GROUP BY ALL ORDER BY status;
