-- Revenue over the departments' plans by month and department, both of days and departments with a plan alone. Plans
-- are by day already; n counts sales lines.
WITH plans AS (
    SELECT day, department, currency, reason, sum(amount) AS amount
    FROM plan_days WHERE ledger = $ledger AND slice = 'department' AND day >= $start AND day < $end GROUP BY ALL
), lines AS (
    SELECT date_trunc('month', s.day) AS month, s.department, s.currency,
           coalesce(s.reason, CASE WHEN p.day IS NULL THEN 'no_plan' END) AS reason, s.revenue
    FROM sales_facts s
    LEFT JOIN (SELECT DISTINCT day, department, currency FROM plans WHERE reason IS NULL) p
           ON p.day = s.day AND p.department = s.department AND p.currency IS NOT DISTINCT FROM s.currency
    WHERE s.ledger = $ledger AND s.day >= $start AND s.day < $end
), by_reason AS (
    SELECT month, department, currency, reason, sum(revenue) AS revenue, 0::DECIMAL(18,4) AS planned, count(*) AS rows
    FROM lines GROUP BY ALL
    UNION ALL
    SELECT date_trunc('month', day), department, currency, reason, 0, sum(amount),
           count(*) FILTER (reason IS NOT NULL)
    FROM plans GROUP BY ALL
), together AS (
    SELECT month, department, currency, reason, sum(revenue)::DOUBLE AS revenue, sum(planned)::DOUBLE AS planned,
           sum(rows)::BIGINT AS rows
    FROM by_reason GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department, currency,
       any_value(CASE WHEN planned > 0 THEN revenue / planned END) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional, any_value(revenue) FILTER (reason IS NULL) AS numerator,
       any_value(planned) FILTER (reason IS NULL) AS denominator
FROM together GROUP BY ALL
