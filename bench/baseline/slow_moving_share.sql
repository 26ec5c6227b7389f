-- At each month's end: value of materials that nobody used for 180 days, wherever they lie, over value on hand.
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
), told AS (
    SELECT e.company, e.warehouse, e.material_code, e.month, max(p.to_day) FILTER (p.used_quantity > 0) - 1 AS used,
           CASE WHEN arg_min(p.opening_quantity, p.from_day) > 0 THEN DATE '1900-01-01'
                ELSE min(p.from_day) FILTER (p.opening_quantity > 0 OR p.closing_quantity > 0) END AS arrived,
           CASE WHEN sum(p.to_day - p.from_day) >= e.month_end - min(p.from_day)
                THEN e.month_end - min(p.from_day) END AS history
    FROM ended e JOIN stock_pieces p ON p.ledger = e.ledger AND p.company = e.company
     AND p.material_code = e.material_code AND p.warehouse IS NOT DISTINCT FROM e.warehouse
     AND p.source = 'summaries' AND p.reason IS NULL AND p.to_day <= e.month_end
     AND (p.within_to IS NULL OR p.within_to > e.month_end)
    GROUP BY e.company, e.warehouse, e.material_code, e.month, e.month_end
), stock AS (
    SELECT month, month_end, company, material_code, category, source, quantity, value, last_used_day AS used,
           first_stock_day AS arrived, history FROM booked
    UNION ALL
    SELECT e.month, e.month_end, e.company, e.material_code, e.category, e.source, e.closing_quantity, e.closing_value,
           t.used, t.arrived, t.history
    FROM ended e JOIN told t ON t.company = e.company AND t.month = e.month AND t.material_code = e.material_code
     AND t.warehouse IS NOT DISTINCT FROM e.warehouse
), together AS (
    SELECT company, material_code, month, max(used) AS used, min(arrived) AS arrived,
           CASE WHEN count(*) = count(history) THEN min(history) END AS history
    FROM stock GROUP BY ALL
), received AS (
    SELECT company, coalesce(material_code, material_name) AS material_code, min(first_received_on) AS received
    FROM stock_balances WHERE ledger = $ledger GROUP BY ALL
), aged AS (
    SELECT s.month, s.category, s.source, s.quantity, s.value, t.used, t.history,
           s.month_end - least(t.arrived, r.received) - 1 AS present,
           coalesce(s.month_end - t.used - 1, least(t.history, present)) AS idle
    FROM stock s JOIN together t USING (company, material_code, month) LEFT JOIN received r USING (company, material_code)
    WHERE s.quantity IS NULL OR s.quantity <> 0 OR s.value <> 0
), judged AS (
    SELECT *, coalesce(CASE WHEN quantity IS NULL THEN 'no_balance'
                WHEN value IS NULL AND quantity <> 0 THEN 'not_costed'
                WHEN quantity < 0 OR value < 0 THEN 'negative_stock' END,
                CASE WHEN (used IS NULL OR idle >= 180) AND present >= 180 AND coalesce(history, 0) < 180
                     THEN 'outflow_unknown' END) AS reason
    FROM aged
), by_reason AS (
    SELECT month, category, reason, sum(coalesce(value, 0)) AS worth,
           sum(CASE WHEN idle >= 180 AND present >= 180 THEN coalesce(value, 0) ELSE 0 END) AS slow,
           sum(coalesce(abs(quantity), 0)::DOUBLE) AS size, bool_or(source = 'movements') AS moved, bool_or(source = 'balances') AS stated,
           bool_or(source = 'summaries') AS summed, count(*) AS rows
    FROM judged GROUP BY ALL
), grouped AS (
    SELECT month, category, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n, map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(slow) FILTER (reason IS NULL)::DOUBLE AS numerator, any_value(worth) FILTER (reason IS NULL)::DOUBLE AS denominator,
           coalesce(any_value(size) FILTER (reason IS NULL), 0) / sum(size) AS covered_share,
           bool_or(moved) FILTER (reason IS NULL) AS note_stock_from_movements,
       bool_or(stated) FILTER (reason IS NULL) AS note_stock_from_balances,
       bool_or(summed) FILTER (reason IS NULL) AS note_stock_held_by_summaries
    FROM by_reason GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, category, 'CNY' AS currency,
       CASE WHEN covered_share >= 0.8 AND denominator > 0 THEN numerator / denominator END AS value, n, reasons,
       false AS provisional, numerator, denominator, covered_share, note_stock_from_movements,
       note_stock_from_balances, note_stock_held_by_summaries, covered_share < 0.8 AS note_slow_stock_mostly_unknown
FROM grouped
