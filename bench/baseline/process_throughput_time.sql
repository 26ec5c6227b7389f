-- Working hours from first start to last completion of a case, by the month of its completion.
WITH cases AS (
    SELECT coalesce(completed_on, started_on) AS day, category, provisional,
           (w_completed - w_started)::DOUBLE AS seconds,
           CASE WHEN open_acts > 0 THEN 'case_open'
                WHEN started_at IS NULL OR completed_at IS NULL THEN 'no_instant'
                WHEN completed_at < started_at THEN 'out_of_order'
                WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM process_cases WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, category, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles,
           avg(seconds) AS mean, avg((seconds = 0)::DOUBLE) AS zero, bool_or(provisional) AS provisional,
           count(*) AS rows
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, category,
       any_value(quantiles[1]) FILTER (reason IS NULL) / 3600 AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(quantiles[2]) FILTER (reason IS NULL) / 3600 AS p90,
       any_value(mean) FILTER (reason IS NULL) / 3600 AS mean,
       any_value(zero) FILTER (reason IS NULL) AS share_zero
FROM by_reason GROUP BY ALL
