-- A year's consumption over average stock, by month and warehouse; what one warehouse sends to another is used there.
-- The months are whole, so every stored piece lies in one of them.
WITH pieces AS (
    SELECT from_day AS month, warehouse, source, days_value, used_value + sent_value AS used, to_day - from_day AS days,
           (abs(opening_quantity) + abs(closing_quantity))::DOUBLE AS size,
           least(opening_quantity, closing_quantity) < 0 AS negative,
           CASE WHEN reason IS NOT NULL THEN reason
                WHEN uncosted OR opening_value IS NULL AND opening_quantity <> 0
                     OR closing_value IS NULL AND closing_quantity <> 0 THEN 'not_costed'
                WHEN least(opening_quantity, opening_value, closing_quantity, closing_value) < 0
                     THEN 'negative_stock' END AS reason
    FROM stock_pieces
    WHERE ledger = $ledger AND from_day >= $start AND to_day <= $end
), by_reason AS (
    SELECT month, warehouse, reason, sum(days_value) AS stock_days, sum(used) AS used,
           sum(days_value::DOUBLE / days) AS average_stock, sum(size) AS size,
           count(*) FILTER (negative) AS negative, bool_or(source = 'movements') AS moved,
           bool_or(source = 'balances') AS stated, bool_or(source = 'summaries') AS summed, count(*) AS rows
    FROM pieces GROUP BY ALL
), grouped AS (
    SELECT month, warehouse,
           any_value(stock_days) FILTER (reason IS NULL)::DOUBLE AS stock_days,
           any_value(used) FILTER (reason IS NULL)::DOUBLE AS used,
           any_value(average_stock) FILTER (reason IS NULL) AS average_stock,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           coalesce(any_value(size) FILTER (reason IS NULL), 0) AS sound,
           sum(size) FILTER (reason IS NULL OR reason IN ('not_costed', 'negative_stock')) AS judged,
           sum(negative) AS negative_positions,
           bool_or(moved) FILTER (reason IS NULL) AS moved, bool_or(stated) FILTER (reason IS NULL) AS stated,
           bool_or(summed) FILTER (reason IS NULL) AS summed
    FROM by_reason GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse,
       CASE WHEN sound / judged >= 0.8 AND used > 0 AND stock_days > 0 THEN used / (stock_days / 365) END AS value, n, reasons,
       false AS provisional, used AS numerator, stock_days / 365 AS denominator, average_stock, sound / judged AS covered_share,
       negative_positions, moved AS note_stock_from_movements, stated AS note_stock_from_balances,
       summed AS note_stock_from_summaries, summed AS note_outbound_undivided,
       true AS note_transfers_are_consumption, false AS note_mixed_units,
       sound / judged < 0.8 AS note_stock_mostly_uncosted,
       stock_days <= 0 OR used <= 0 AS note_stock_total_not_positive
FROM grouped
