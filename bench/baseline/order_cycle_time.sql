-- Working hours from confirmation until all of an order has left, by warehouse and the month in which the last
-- line left.
WITH lines AS (
    SELECT *, coalesce(reason <> 'void', true) AS live FROM sales_facts WHERE ledger = $ledger AND NOT is_return
), orders AS (
    SELECT company, _unit, warehouse, min(day) AS ordered_on, bool_or(live) AS live,
           bool_and(shipped_at IS NOT NULL AND NOT is_short) FILTER (live) AS shipped,
           min(confirmed_at) FILTER (live) AS confirmed_at, min(confirmed_on) FILTER (live) AS confirmed_on,
           max(shipped_at) FILTER (live) AS shipped_at, max(shipped_on) FILTER (live) AS shipped_on,
           (max(w_shipped) FILTER (live) - min(w_confirmed) FILTER (live))::DOUBLE AS seconds,
           bool_or(hours_provisional) AS provisional
    FROM lines GROUP BY ALL
), judged AS (
    SELECT *, coalesce(CASE WHEN shipped THEN shipped_on END, confirmed_on, ordered_on) AS day,
           CASE WHEN NOT live THEN 'void'
                WHEN confirmed_at IS NULL THEN 'no_confirmation'
                WHEN NOT shipped THEN 'not_shipped'
                WHEN shipped_at < confirmed_at THEN 'out_of_order'
                WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM orders
), by_reason AS (
    SELECT date_trunc('month', day) AS month, warehouse, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles,
           avg(seconds) AS mean, avg((seconds = 0)::INTEGER) AS zero, bool_or(provisional) AS provisional,
           count(*) AS rows
    FROM judged WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse,
       any_value(quantiles[1]) FILTER (reason IS NULL) / 3600 AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(quantiles[2]) FILTER (reason IS NULL) / 3600 AS p90,
       any_value(mean) FILTER (reason IS NULL) / 3600 AS mean, any_value(zero) FILTER (reason IS NULL) AS share_zero
FROM by_reason GROUP BY ALL
