-- Net amount of sales lines by month and region; lines without amount or rate are counted, never added.
WITH by_reason AS (
    SELECT date_trunc('month', day) AS month, region, currency, reason, sum(revenue) AS revenue, count(*) AS rows
    FROM sales_facts
    WHERE ledger = $ledger AND day >= $start AND day < $end
    GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, region, currency,
       any_value(revenue) FILTER (reason IS NULL)::DOUBLE AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional
FROM by_reason GROUP BY ALL
