-- At each month's end: what is open beyond its due day, in bands of days late; credit notes and invoices without a due
-- day are counted apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), late AS (
    SELECT m.month, i.side, i.currency, i.open, m.month_end - 1 - i.due_day AS days,
           CASE WHEN i.reason IS NOT NULL THEN i.reason
                WHEN i.due_day IS NULL THEN 'no_due_date'
                WHEN i.open < 0 THEN 'credit_note' END AS reason
    FROM open_items i
    JOIN months m ON i.from_day < m.month_end AND i.to_day >= m.month_end AND i.day < m.month_end
    WHERE i.ledger = $ledger AND (i.reason IS NOT NULL OR i.open <> 0)
      AND (i.due_day IS NULL OR i.due_day < m.month_end - 1)
), by_reason AS (
    SELECT month, side, currency, reason, sum(open) AS open,
           sum(CASE WHEN days BETWEEN 1 AND 30 THEN open ELSE 0 END) AS to_30,
           sum(CASE WHEN days BETWEEN 31 AND 60 THEN open ELSE 0 END) AS to_60,
           sum(CASE WHEN days BETWEEN 61 AND 90 THEN open ELSE 0 END) AS to_90,
           sum(CASE WHEN days > 90 THEN open ELSE 0 END) AS beyond,
           max(days) AS oldest, count(*) AS rows
    FROM late GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, side, currency,
       any_value(open) FILTER (reason IS NULL)::DOUBLE AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional,
       any_value(to_30) FILTER (reason IS NULL)::DOUBLE AS overdue_1_30,
       any_value(to_60) FILTER (reason IS NULL)::DOUBLE AS overdue_31_60,
       any_value(to_90) FILTER (reason IS NULL)::DOUBLE AS overdue_61_90,
       any_value(beyond) FILTER (reason IS NULL)::DOUBLE AS overdue_over_90,
       any_value(oldest) FILTER (reason IS NULL) AS oldest_days
FROM by_reason GROUP BY ALL
