-- Net amount of sales lines by month and region; lines without amount or rate are counted, never added.
SELECT strftime(day, '%Y-%m') AS period, region, currency,
       sum(revenue) FILTER (reason IS NULL)::DOUBLE AS value,
       count(*) FILTER (reason IS NULL) AS n,
       histogram(reason) FILTER (reason IS NOT NULL) AS reasons,
       false AS provisional
FROM sales_facts
WHERE ledger = $ledger AND day >= $start AND day < $end
GROUP BY ALL
