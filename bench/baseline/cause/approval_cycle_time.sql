-- Which slices put the median approval time of a month beyond 23 hours: how far the median falls without each, over nine
-- dimensions. Looked at are the eight slices of a dimension that can move it most; told are of each the two farthest
-- beyond their size, of all the six that explain a twentieth or more.
WITH cases AS (
    SELECT (w_last_final - w_submitted)::DOUBLE / 3600 AS hours, [
               ['department', department], ['category', category], ['supplier', coalesce(supplier_name, supplier_code)],
               ['requester', requester], ['amount_band', amount_band], ['path', path],
               ['document_type', document_type], ['process', process], ['company', company]] AS dimensions
    FROM approval_cases
    WHERE ledger = $ledger AND last_final_on >= $start AND last_final_on < $end AND submitted_at IS NOT NULL
      AND last_final_at >= submitted_at AND w_last_final - w_submitted IS NOT NULL
), whole AS (
    SELECT median(hours) AS middle, middle - 23 AS explained FROM cases
), sliced AS (
    SELECT hours, unnest(dimensions) AS slice, slice[1] AS dimension, slice[2] AS value FROM cases
), slices AS (
    SELECT dimension, value, median(hours) AS middle, count(*) AS n FROM sliced GROUP BY ALL
), likely AS (
    SELECT s.dimension, s.value, s.middle AS figure, s.n, w.middle, w.explained,
           s.n / sum(s.n) OVER (PARTITION BY s.dimension) AS weight, count(*) OVER (PARTITION BY s.dimension) AS of_them
    FROM slices s, whole w
    QUALIFY row_number() OVER (PARTITION BY s.dimension
                               ORDER BY -sign(w.explained) * s.n * (s.middle - w.middle)) <= 8
), rest AS (
    SELECT l.dimension, l.value, median(s.hours) AS without
    FROM sliced s JOIN likely l ON l.dimension = s.dimension AND l.value IS DISTINCT FROM s.value AND l.of_them > 1
    GROUP BY ALL
), parts AS (
    SELECT l.*, l.middle - r.without AS contribution, least(1, contribution / l.explained) AS share,
           share - l.weight AS excess
    FROM likely l JOIN rest r ON r.dimension = l.dimension AND r.value IS NOT DISTINCT FROM l.value
), ranked AS (
    SELECT * FROM parts WHERE share > 0
    QUALIFY row_number() OVER (PARTITION BY dimension ORDER BY excess DESC, abs(contribution) DESC, value) <= 2
)
SELECT dimension, value, figure, NULL AS before, n, contribution, share, excess
FROM ranked WHERE share >= 0.05 ORDER BY excess DESC, share DESC, dimension, value LIMIT 6
