-- Revenue per working day over that of the month before, minus one; null where that month has nothing above zero.
WITH worked AS (
    SELECT date_trunc('month', day) AS month, count(*) FILTER (is_work) AS days FROM calendar_days
    WHERE ledger = $ledger AND company = '' AND day >= $start::DATE - INTERVAL 1 MONTH AND day < $end GROUP BY ALL
), by_reason AS (
    SELECT date_trunc('month', day) AS month, region, currency, reason, sum(revenue) AS revenue, count(*) AS rows
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start::DATE - INTERVAL 1 MONTH AND day < $end
    GROUP BY ALL
), months AS (
    SELECT month, region, currency, any_value(revenue) FILTER (reason IS NULL)::DOUBLE AS revenue,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons
    FROM by_reason GROUP BY ALL
), daily AS (
    SELECT m.*, w.days, b.days AS days_before, m.revenue / nullif(w.days, 0) AS daily,
           e.revenue / nullif(b.days, 0) AS before
    FROM months m JOIN worked w ON w.month = m.month JOIN worked b ON b.month = m.month - INTERVAL 1 MONTH
    LEFT JOIN months e ON e.month = m.month - INTERVAL 1 MONTH AND e.region IS NOT DISTINCT FROM m.region
         AND e.currency IS NOT DISTINCT FROM m.currency
    WHERE m.month >= $start
)
SELECT strftime(month, '%Y-%m') AS period, region, currency, CASE WHEN before > 0 THEN daily / before - 1 END AS value,
       n, reasons, false AS provisional, daily AS numerator, before AS denominator, revenue, days AS working_days,
       days_before AS working_days_before
FROM daily
