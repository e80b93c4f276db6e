-- Which records prove a signature? The first three by time, one for an unknown message that is listed. They are looked
-- for among numbers, and only those that may be among the three are read: no later than the third by time, of which a
-- burst has many. Their texts are read by their places in the table, a few at a time: what lies together is read together.
WITH listed AS (
  SELECT sig_hash, bool_and(unexplained) AS unexplained FROM scope_groups GROUP BY sig_hash
), timed AS NOT MATERIALIZED (
  SELECT sig_hash, unexplained, coalesce(occurred_at, 'infinity') AS moment, place FROM scope_failing JOIN listed USING (sig_hash)
), earliest AS (
  SELECT sig_hash, CASE WHEN any_value(unexplained) THEN min(moment) ELSE list_last(min(moment, 3)) END AS latest FROM timed GROUP BY sig_hash
), candidates AS (
  SELECT t.sig_hash, t.unexplained, t.place FROM timed t JOIN earliest e ON e.sig_hash = t.sig_hash AND t.moment <= e.latest
), numbered AS (
  SELECT sig_hash, unexplained, place, row_number() OVER (PARTITION BY sig_hash ORDER BY occurred_at NULLS LAST, file, row, byte_offset, record_id) AS n
  FROM candidates JOIN scope USING (place)
  QUALIFY n <= CASE WHEN unexplained THEN 1 ELSE 3 END
)
SELECT sig, place, record_id::VARCHAR, file, row, byte_offset, occurred_at, coalesce(occurred_raw, ''), coalesce(company, ''), map_title,
  coalesce(type_name, ''), coalesce(affected_key, ''), coalesce(matched_field, 'error_text'), coalesce(matched_start, 0), coalesce(matched_end, 0),
  captures
FROM numbered JOIN scope USING (place)
ORDER BY sig, n;
