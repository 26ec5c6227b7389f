-- Working hours from first start to last completion of a case, by the month of its completion.
WITH cases AS (
    SELECT coalesce(completed_on, started_on) AS day, category, provisional,
           (w_completed - w_started)::DOUBLE AS seconds,
           CASE WHEN open_acts > 0 THEN 'case_open'
                WHEN started_at IS NULL OR completed_at IS NULL THEN 'no_instant'
                WHEN completed_at < started_at THEN 'out_of_order'
                WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM process_cases WHERE ledger = $ledger
), grouped AS (
    SELECT strftime(day, '%Y-%m') AS period, category,
           quantile_cont(seconds, [0.5, 0.9]) FILTER (reason IS NULL) AS quantiles,
           avg(seconds) FILTER (reason IS NULL) AS mean,
           count(*) FILTER (reason IS NULL) AS n,
           histogram(reason) FILTER (reason IS NOT NULL) AS reasons,
           coalesce(bool_or(provisional) FILTER (reason IS NULL), false) AS provisional,
           avg((seconds = 0)::DOUBLE) FILTER (reason IS NULL) AS share_zero
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT period, category, quantiles[1] / 3600 AS value, n, reasons, provisional, quantiles[2] / 3600 AS p90,
       mean / 3600 AS mean, share_zero
FROM grouped
