-- Revenue of the month over the same month a year earlier, minus one; null where that month has nothing above zero.
WITH by_reason AS (
    SELECT date_trunc('month', day) AS month, region, currency, reason, sum(revenue) AS revenue, count(*) AS rows
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start::DATE - INTERVAL 1 YEAR AND day < $end
    GROUP BY ALL
), months AS (
    SELECT month, region, currency, any_value(revenue) FILTER (reason IS NULL)::DOUBLE AS revenue,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons
    FROM by_reason GROUP BY ALL
)
SELECT strftime(m.month, '%Y-%m') AS period, m.region, m.currency,
       CASE WHEN e.revenue > 0 THEN m.revenue / e.revenue - 1 END AS value,
       m.n, m.reasons, false AS provisional, m.revenue AS numerator, e.revenue AS denominator
FROM months m
LEFT JOIN months e ON e.month = m.month - INTERVAL 1 YEAR AND e.region IS NOT DISTINCT FROM m.region
      AND e.currency IS NOT DISTINCT FROM m.currency
WHERE m.month >= $start
