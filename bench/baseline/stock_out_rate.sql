-- By month and warehouse: days without stock over days with demand, one that saw use in the 90 days up to it.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), known AS (
    SELECT company, max(day) AS last_day FROM stock_days WHERE ledger = $ledger AND day IS NOT NULL GROUP BY ALL
), spans AS (
    SELECT m.month, d.company, d.material_code, d.warehouse, d.category, d.quantity,
           greatest(d.from_day, m.month) AS first,
           least(least(d.to_day, m.month_end) - first, k.last_day - first + 1,
                 90 - (first - greatest(d.last_used_day, d.last_sent_day))) AS length
    FROM stock_days d JOIN months m ON d.from_day < m.month_end AND d.to_day > m.month
    JOIN known k ON k.company = d.company
    WHERE d.ledger = $ledger AND greatest(d.last_used_day, d.last_sent_day) IS NOT NULL
), positions AS (
    SELECT month, warehouse, CASE WHEN bool_or(quantity IS NULL) THEN 'no_balance' END AS reason,
           sum(CASE WHEN quantity <= 0 THEN length ELSE 0 END) AS empty, sum(length) AS length
    FROM spans WHERE length > 0 GROUP BY month, company, material_code, warehouse, category
    UNION ALL
    SELECT month, warehouse, 'no_daily_stock', NULL, NULL FROM (
        SELECT DISTINCT m.month, p.company, p.material_code, p.warehouse, p.category
        FROM stock_pieces p JOIN months m ON p.from_day >= m.month AND p.to_day <= m.month_end
        WHERE p.ledger = $ledger AND p.source = 'summaries' AND p.used_quantity > 0)
), by_reason AS (
    SELECT month, warehouse, reason, sum(empty) AS empty, sum(length) AS length, count(*) AS rows
    FROM positions GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse, any_value(empty / length) FILTER (reason IS NULL)::DOUBLE AS value, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons, false AS provisional,
       any_value(empty) FILTER (reason IS NULL)::DOUBLE AS numerator, any_value(length) FILTER (reason IS NULL)::DOUBLE AS denominator
FROM by_reason GROUP BY ALL
