-- Working hours between arrival and act at each node, by the month of the act; open acts by that of their arrival.
WITH acts AS (
    SELECT coalesce(acted_on, arrived_on) AS day, step AS node, provisional, (w_acted - w_arrived)::DOUBLE AS seconds,
           CASE WHEN wait_reason IS NOT NULL THEN wait_reason WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM approval_acts
    WHERE ledger = $ledger AND NOT background AND (acted_at IS NULL OR action IN
          ('approve', 'final_approve', 'countersign', 'reject', 'return', 'delegate', 'add_sign'))
), grouped AS (
    SELECT strftime(day, '%Y-%m') AS period, node,
           quantile_cont(seconds, [0.5, 0.9]) FILTER (reason IS NULL) AS quantiles,
           avg(seconds) FILTER (reason IS NULL) AS mean,
           sum(seconds) FILTER (reason IS NULL) AS total,
           count(*) FILTER (reason IS NULL) AS n,
           histogram(reason) FILTER (reason IS NOT NULL) AS reasons,
           coalesce(bool_or(provisional) FILTER (reason IS NULL), false) AS provisional,
           avg((seconds < 60)::DOUBLE) FILTER (reason IS NULL) AS share_under_one_minute,
           avg((seconds = 0)::DOUBLE) FILTER (reason IS NULL) AS share_zero
    FROM acts WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT period, node, quantiles[1] / 3600 AS value, n, reasons, provisional, quantiles[2] / 3600 AS p90,
       mean / 3600 AS mean, total / 3600 AS hours_total, share_under_one_minute, share_zero
FROM grouped
