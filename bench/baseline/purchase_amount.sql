-- Net amount of order lines by month and department; lines without amount or rate are counted, never added.
WITH by_reason AS (
    SELECT date_trunc('month', day) AS month, department, currency, reason, sum(amount) AS amount, count(*) AS rows
    FROM purchase_facts WHERE ledger = $ledger AND day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department, currency,
       any_value(amount) FILTER (reason IS NULL)::DOUBLE AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional
FROM by_reason GROUP BY ALL
