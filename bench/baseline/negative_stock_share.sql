-- At each month's end: materials of a warehouse with a negative quantity or amount over those with any.
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
    SELECT company, month, warehouse, material_code, source, quantity, value FROM booked
    UNION ALL SELECT company, month, warehouse, material_code, source, closing_quantity, closing_value FROM ended
), materials_held AS (
    SELECT month, warehouse, CASE WHEN quantity IS NULL THEN 'no_balance' END AS reason,
           (quantity < 0 OR coalesce(value < 0, false))::INTEGER AS negative, source
    FROM stock WHERE quantity IS NULL OR quantity <> 0 OR value <> 0
), by_reason AS (
    SELECT month, warehouse, reason, sum(negative) AS negative, bool_or(source = 'movements') AS moved, bool_or(source = 'balances') AS stated,
           bool_or(source = 'summaries') AS summed, count(*) AS rows
    FROM materials_held GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse,
       any_value(negative / rows) FILTER (reason IS NULL)::DOUBLE AS value, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons, false AS provisional,
       any_value(negative) FILTER (reason IS NULL)::DOUBLE AS numerator, any_value(rows) FILTER (reason IS NULL)::DOUBLE AS denominator,
       bool_or(moved) FILTER (reason IS NULL) AS note_stock_from_movements,
       bool_or(stated) FILTER (reason IS NULL) AS note_stock_from_balances,
       bool_or(summed) FILTER (reason IS NULL) AS note_stock_held_by_summaries
FROM by_reason GROUP BY ALL
