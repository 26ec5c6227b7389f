-- Order lines that left whole by the promised day over lines due, by warehouse and the month of that day. Where a
-- company never tells when anything left, or only that all of it did, a line is unknown, not late.
WITH telling AS (
    SELECT DISTINCT company FROM sales_facts WHERE ledger = $ledger AND NOT is_return AND shipped_on IS NOT NULL
), lines AS (
    SELECT coalesce(s.required_day, s.day) AS due, s.warehouse,
           coalesce(s.shipped_on <= s.required_day, false) AND NOT s.is_short AS in_time,
           CASE WHEN s.reason = 'void' THEN 'void'
                WHEN s.required_day IS NULL THEN 'no_promised_day'
                WHEN s.shipped_on IS NULL AND (t.company IS NULL OR s.is_complete) THEN 'shipping_unknown' END AS reason
    FROM sales_facts s LEFT JOIN telling t ON t.company = s.company
    WHERE s.ledger = $ledger AND NOT s.is_return
), by_reason AS (
    SELECT date_trunc('month', due) AS month, warehouse, reason, count(*) FILTER (in_time) AS in_time, count(*) AS rows
    FROM lines WHERE due >= $start AND due < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse, any_value(in_time / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional, any_value(in_time) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator
FROM by_reason GROUP BY ALL
