-- Revenue of the month over the same month a year earlier, minus one; null where that month has nothing above zero.
WITH months AS (
    SELECT date_trunc('month', day)::DATE AS month, region, currency,
           sum(revenue) FILTER (reason IS NULL)::DOUBLE AS revenue,
           count(*) FILTER (reason IS NULL) AS n,
           histogram(reason) FILTER (reason IS NOT NULL) AS reasons
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start::DATE - INTERVAL 1 YEAR AND day < $end
    GROUP BY ALL
)
SELECT strftime(m.month, '%Y-%m') AS period, m.region, m.currency,
       CASE WHEN e.revenue > 0 THEN m.revenue / e.revenue - 1 END AS value,
       m.n, m.reasons, false AS provisional, m.revenue AS numerator, e.revenue AS denominator
FROM months m
LEFT JOIN months e ON e.month = m.month - INTERVAL 1 YEAR AND e.region IS NOT DISTINCT FROM m.region
      AND e.currency IS NOT DISTINCT FROM m.currency
WHERE m.month >= $start
