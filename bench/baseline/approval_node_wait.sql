-- Working hours between arrival and act at each node, by the month of the act; open acts by that of their arrival.
WITH acts AS (
    SELECT coalesce(acted_on, arrived_on) AS day, step AS node, provisional, arrived_source,
           (w_acted - w_arrived)::DOUBLE AS seconds,
           CASE WHEN wait_reason IS NOT NULL THEN wait_reason WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM approval_acts
    WHERE ledger = $ledger AND NOT background AND (acted_at IS NULL OR action IN
          ('approve', 'final_approve', 'countersign', 'reject', 'return', 'delegate', 'add_sign'))
), by_reason AS (
    SELECT date_trunc('month', day) AS month, node, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles,
           avg(seconds) AS mean, sum(seconds) AS total, avg((seconds < 60)::DOUBLE) AS minute,
           avg((seconds = 0)::DOUBLE) AS zero, bool_or(provisional) AS provisional,
           bool_or(arrived_source <> 'explicit') AS guessed, count(*) AS rows
    FROM acts WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, node,
       any_value(quantiles[1]) FILTER (reason IS NULL) / 3600 AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(quantiles[2]) FILTER (reason IS NULL) / 3600 AS p90,
       any_value(mean) FILTER (reason IS NULL) / 3600 AS mean,
       any_value(total) FILTER (reason IS NULL) / 3600 AS hours_total,
       any_value(minute) FILTER (reason IS NULL) AS share_under_one_minute,
       any_value(zero) FILTER (reason IS NULL) AS share_zero,
       bool_or(guessed) AS note_wait_from_previous
FROM by_reason GROUP BY ALL
