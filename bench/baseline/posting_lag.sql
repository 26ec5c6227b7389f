-- Hours from what happened to what was posted, by month and kind of movement.
WITH moves AS (
    SELECT date_trunc('month', document_date)::DATE AS month, movement_kind,
           epoch_us(posted_at) / 1e6 - epoch_us(occurred_at) / 1e6 AS seconds,
           CASE WHEN is_void IS TRUE THEN 'void'
                WHEN occurred_at IS NULL OR posted_at IS NULL THEN 'no_instant'
                WHEN (epoch_us(occurred_at) + 28800000000) % 86400000000 = 0
                     OR (epoch_us(posted_at) + 28800000000) % 86400000000 = 0 THEN 'day_only'
                WHEN posted_at < occurred_at THEN 'out_of_order' END AS reason
    FROM stock_movements WHERE ledger = $ledger AND document_date >= $start AND document_date < $end
), by_reason AS (
    SELECT month, movement_kind, reason, quantile_cont(seconds, [0.5, 0.9]) AS quantiles, avg(seconds) AS mean,
           avg((seconds > 14400)::INTEGER) AS share_late, count(*) AS rows
    FROM moves GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, movement_kind, any_value(quantiles[1] / 3600) FILTER (reason IS NULL) AS value, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons, false AS provisional,
       any_value(quantiles[2] / 3600) FILTER (reason IS NULL) AS p90, any_value(mean / 3600) FILTER (reason IS NULL) AS mean,
       any_value(share_late) FILTER (reason IS NULL) AS share_late
FROM by_reason GROUP BY ALL
