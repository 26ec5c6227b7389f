-- Margin over revenue of the lines with a cost, and the share of revenue that stands on such lines.
WITH lines AS (
    SELECT date_trunc('month', day) AS month, category, currency, revenue, cost,
           CASE WHEN reason IS NOT NULL THEN reason WHEN cost IS NULL THEN 'no_cost' END AS reason
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start AND day < $end
), by_reason AS (
    SELECT month, category, currency, reason, sum(revenue - cost) AS margin, sum(revenue) AS revenue, count(*) AS rows
    FROM lines GROUP BY ALL
), grouped AS (
    SELECT strftime(month, '%Y-%m') AS period, category, currency,
           any_value(margin) FILTER (reason IS NULL)::DOUBLE AS numerator,
           any_value(revenue) FILTER (reason IS NULL)::DOUBLE AS denominator,
           sum(revenue)::DOUBLE AS everything,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons
    FROM by_reason GROUP BY ALL
)
SELECT period, category, currency, CASE WHEN denominator > 0 THEN numerator / denominator END AS value, n, reasons,
       false AS provisional, numerator, denominator,
       CASE WHEN everything > 0 THEN denominator / everything END AS revenue_covered_share
FROM grouped
