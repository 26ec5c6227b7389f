-- Working hours from stock falling below its reorder point to the order, by warehouse and the month of the order.
WITH falls AS (
    SELECT warehouse, coalesce(CASE WHEN reason IS NULL THEN ordered_on END, below_on) AS day, by_day,
           hours_provisional AS provisional, (w_ordered - w_below)::DOUBLE AS seconds,
           CASE WHEN reason IS NOT NULL THEN reason WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM replenishments WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, warehouse, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles,
           avg(seconds) AS mean, avg((seconds = 0)::INTEGER) AS zero, avg(by_day::INTEGER) AS by_day,
           bool_or(provisional) AS provisional, count(*) AS rows
    FROM falls WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse,
       any_value(quantiles[1]) FILTER (reason IS NULL) / 3600 AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(quantiles[2]) FILTER (reason IS NULL) / 3600 AS p90,
       any_value(mean) FILTER (reason IS NULL) / 3600 AS mean, any_value(zero) FILTER (reason IS NULL) AS share_zero,
       any_value(by_day) FILTER (reason IS NULL) AS share_by_day
FROM by_reason GROUP BY ALL
