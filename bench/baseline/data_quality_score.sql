-- Rows that could be taken over rows delivered, by source and the month they came; what was undone is counted apart.
WITH by_reason AS (
    SELECT date_trunc('month', came_on) AS month, source, CASE WHEN undone THEN 'delivery_undone' END AS reason,
           sum(rows_loaded)::BIGINT AS loaded, sum(rows_loaded + rows_rejected)::BIGINT AS rows,
           sum(incomplete)::BIGINT AS incomplete, sum(unreadable)::BIGINT AS unreadable
    FROM delivered_parts
    WHERE ledger = $ledger AND status IN ('loaded', 'loaded_with_rejects') AND came_on >= $start AND came_on < $end
    GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, source,
       any_value(CASE WHEN rows > 0 THEN loaded / rows END) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional,
       any_value(loaded) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator,
       any_value(incomplete) FILTER (reason IS NULL) AS incomplete_rows,
       any_value(unreadable) FILTER (reason IS NULL) AS unreadable_rows
FROM by_reason GROUP BY ALL
