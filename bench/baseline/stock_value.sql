-- At each month's end: value on hand by warehouse; negative and uncosted positions are counted apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), known AS (
    SELECT ledger, company, min(day) AS first_day, min(day) FILTER (moved) AS first_moved
    FROM stock_days WHERE ledger = $ledger AND day IS NOT NULL GROUP BY ALL
), ended AS (
    SELECT p.*, m.month, m.month_end FROM stock_pieces p JOIN months m ON p.to_day = m.month_end
    WHERE p.ledger = $ledger AND p.source = 'summaries' AND p.reason IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY company, warehouse, material_code, month ORDER BY from_day DESC) = 1
), booked AS (
    SELECT d.* REPLACE (CASE WHEN d.to_day = m.month_end THEN d.after_quantity ELSE d.quantity END AS quantity,
                         CASE WHEN d.to_day = m.month_end THEN d.after_value ELSE d.value END AS value),
           m.month, m.month_end,
           CASE WHEN k.first_moved < m.month_end THEN 'movements' ELSE 'balances' END AS source,
           CASE WHEN k.first_moved < m.month_end
                THEN m.month_end - k.first_day - (k.first_moved <> k.first_day)::INTEGER END AS history
    FROM stock_days d JOIN months m ON d.from_day < m.month_end AND d.to_day >= m.month_end
    JOIN known k ON k.company = d.company AND k.first_day < m.month_end
    WHERE d.ledger = $ledger AND NOT EXISTS (
        FROM ended e WHERE e.company = d.company AND e.material_code = d.material_code AND e.month = m.month
         AND (e.warehouse IS NULL OR d.warehouse IS NULL OR e.warehouse = d.warehouse))
), stock AS (
    SELECT month, warehouse, source, quantity, value FROM booked
    UNION ALL SELECT month, warehouse, source, closing_quantity, closing_value FROM ended
), judged AS (
    SELECT *, CASE WHEN quantity IS NULL THEN 'no_balance'
                WHEN value IS NULL AND quantity <> 0 THEN 'not_costed'
                WHEN quantity < 0 OR value < 0 THEN 'negative_stock' END AS reason FROM stock
), by_reason AS (
    SELECT month, warehouse, reason, sum(coalesce(value, 0)) AS worth,
           sum(coalesce(abs(quantity), 0)::DOUBLE) AS size,
           count(*) FILTER (quantity <> 0 OR value <> 0) AS held, bool_or(source = 'movements') AS moved, bool_or(source = 'balances') AS stated,
           bool_or(source = 'summaries') AS summed, count(*) AS rows
    FROM judged GROUP BY ALL
), grouped AS (
    SELECT month, warehouse, any_value(worth) FILTER (reason IS NULL)::DOUBLE AS worth, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n, map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(held) FILTER (reason IS NULL) AS positions_held,
           coalesce(any_value(size) FILTER (reason IS NULL), 0)
               / sum(size) FILTER (reason IS NULL OR reason <> 'no_balance') AS covered_share,
           any_value(worth) FILTER (reason = 'negative_stock')::DOUBLE AS negative_value,
           bool_or(moved) FILTER (reason IS NULL) AS note_stock_from_movements,
       bool_or(stated) FILTER (reason IS NULL) AS note_stock_from_balances,
       bool_or(summed) FILTER (reason IS NULL) AS note_stock_held_by_summaries
    FROM by_reason GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse, 'CNY' AS currency,
       CASE WHEN covered_share >= 0.8 THEN worth END AS value, n, reasons, false AS provisional, positions_held,
       covered_share, negative_value, note_stock_from_movements, note_stock_from_balances,
       note_stock_held_by_summaries, covered_share < 0.8 AS note_stock_value_mostly_unknown
FROM grouped
