-- Margin over revenue of the lines with a cost, and the share of revenue that stands on such lines.
WITH lines AS (
    SELECT strftime(day, '%Y-%m') AS period, category, currency, revenue, cost,
           CASE WHEN reason IS NOT NULL THEN reason WHEN cost IS NULL THEN 'no_cost' END AS reason
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start AND day < $end
), grouped AS (
    SELECT period, category, currency,
           sum(revenue - cost) FILTER (reason IS NULL)::DOUBLE AS numerator,
           sum(revenue) FILTER (reason IS NULL)::DOUBLE AS denominator,
           sum(revenue)::DOUBLE AS everything,
           count(*) FILTER (reason IS NULL) AS n,
           histogram(reason) FILTER (reason IS NOT NULL) AS reasons
    FROM lines GROUP BY ALL
)
SELECT period, category, currency, CASE WHEN denominator > 0 THEN numerator / denominator END AS value, n, reasons,
       false AS provisional, numerator, denominator,
       CASE WHEN everything > 0 THEN denominator / everything END AS revenue_covered_share
FROM grouped
