-- Working hours from first submission to last final approval, by the month of that approval.
WITH cases AS (
    SELECT coalesce(last_final_on, submitted_on, first_on) AS day, department, provisional,
           (w_last_final - w_submitted)::DOUBLE AS seconds,
           CASE WHEN submitted_at IS NULL THEN 'no_submit'
                WHEN last_final_at IS NULL THEN 'no_final'
                WHEN last_final_at < submitted_at THEN 'out_of_order'
                WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM approval_cases WHERE ledger = $ledger
), grouped AS (
    SELECT strftime(day, '%Y-%m') AS period, department,
           quantile_cont(seconds, [0.5, 0.9]) FILTER (reason IS NULL) AS quantiles,
           avg(seconds) FILTER (reason IS NULL) AS mean,
           count(*) FILTER (reason IS NULL) AS n,
           histogram(reason) FILTER (reason IS NOT NULL) AS reasons,
           coalesce(bool_or(provisional) FILTER (reason IS NULL), false) AS provisional,
           avg((seconds = 0)::DOUBLE) FILTER (reason IS NULL) AS share_zero
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT period, department, quantiles[1] / 3600 AS value, n, reasons, provisional, quantiles[2] / 3600 AS p90,
       mean / 3600 AS mean, share_zero
FROM grouped
