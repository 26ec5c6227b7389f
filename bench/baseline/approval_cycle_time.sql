-- Working hours from first submission to last final approval, by the month of that approval.
WITH cases AS (
    SELECT coalesce(last_final_on, submitted_on, first_on) AS day, department, provisional, final_rule,
           (w_last_final - w_submitted)::DOUBLE AS seconds,
           CASE WHEN submitted_at IS NULL THEN 'no_submit'
                WHEN last_final_at IS NULL THEN 'no_final'
                WHEN last_final_at < submitted_at THEN 'out_of_order'
                WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM approval_cases WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, department, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles,
           avg(seconds) AS mean, avg((seconds = 0)::DOUBLE) AS zero, bool_or(provisional) AS provisional,
           bool_or(final_rule = 'explicit') AS by_explicit, bool_or(final_rule = 'last_node') AS by_node,
           bool_or(final_rule = 'last_approval') AS by_approval, count(*) AS rows
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department,
       any_value(quantiles[1]) FILTER (reason IS NULL) / 3600 AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(quantiles[2]) FILTER (reason IS NULL) / 3600 AS p90,
       any_value(mean) FILTER (reason IS NULL) / 3600 AS mean,
       any_value(zero) FILTER (reason IS NULL) AS share_zero,
       bool_or(by_explicit) AS note_final_rule_explicit, bool_or(by_node) AS note_final_rule_last_node,
       bool_or(by_approval) AS note_final_rule_last_approval
FROM by_reason GROUP BY ALL
