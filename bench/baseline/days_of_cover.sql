-- At each month's end: quantity on hand over the mean outflow of a day, of the last 30 or of a summary's own days.
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
), flows AS (
    SELECT d.company, d.material_code, d.warehouse, m.month, sum(d.used_quantity + d.sent_quantity) AS flow
    FROM stock_days d JOIN months m ON d.day >= m.month_end - 30 AND d.day < m.month_end
    WHERE d.ledger = $ledger AND d.moved GROUP BY ALL
), stock AS (
    SELECT b.month, b.warehouse, b.source, b.uom, b.quantity, coalesce(f.flow, 0)::DOUBLE AS flow, 30 AS days, b.history
    FROM booked b LEFT JOIN flows f ON f.company = b.company AND f.material_code = b.material_code
     AND f.warehouse IS NOT DISTINCT FROM b.warehouse AND f.month = b.month
    UNION ALL
    SELECT month, warehouse, source, uom, closing_quantity, used_quantity::DOUBLE, to_day - from_day, NULL FROM ended
), judged AS (
    SELECT *, CASE WHEN quantity IS NULL THEN 'no_balance'
                   WHEN source = 'summaries' AND days > 31 THEN 'summary_too_long'
                   WHEN source <> 'summaries' AND coalesce(history, 0) < 30 THEN 'outflow_unknown' END AS reason
    FROM stock WHERE quantity IS NULL OR quantity <> 0 OR flow <> 0
), by_reason AS (
    SELECT month, warehouse, reason, sum(quantity) AS held, sum(flow / days) AS flow, count(*) FILTER (quantity < 0) AS negative,
           min(uom) AS low, max(uom) AS high, bool_or(source = 'movements') AS moved, bool_or(source = 'balances') AS stated,
           bool_or(source = 'summaries') AS summed, count(*) AS rows
    FROM judged GROUP BY ALL
), grouped AS (
    SELECT month, warehouse, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n, map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(held) FILTER (reason IS NULL)::DOUBLE AS numerator, any_value(flow) FILTER (reason IS NULL)::DOUBLE AS denominator,
           any_value(negative) FILTER (reason IS NULL) AS negative_positions, min(low) IS DISTINCT FROM max(high) AS mixed,
           bool_or(moved) FILTER (reason IS NULL) AS note_stock_from_movements,
       bool_or(stated) FILTER (reason IS NULL) AS note_stock_from_balances,
       bool_or(summed) FILTER (reason IS NULL) AS note_stock_held_by_summaries
    FROM by_reason GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse,
       CASE WHEN numerator >= 0 AND denominator > 0 THEN numerator / denominator END AS value, n, reasons,
       false AS provisional, numerator, denominator, negative_positions, note_stock_from_movements,
       note_stock_from_balances, note_stock_held_by_summaries, note_stock_held_by_summaries AS note_cover_from_summaries,
       mixed AS note_mixed_units, numerator < 0 OR denominator <= 0 AS note_cover_without_outflow,
       true AS note_transfers_are_consumption
FROM grouped
