-- At each month's end: what was allocated by then over the total of all invoices issued by then, each side apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), grouped AS (
    SELECT m.month, i.side, i.currency,
           sum(i.allocated) FILTER (i.reason IS NULL)::DOUBLE AS numerator,
           sum(i.total) FILTER (i.reason IS NULL)::DOUBLE AS denominator,
           count(*) FILTER (i.reason IS NULL) AS n,
           histogram(i.reason) FILTER (i.reason IS NOT NULL) AS reasons,
           count(*) FILTER (i.reason IS NULL AND i.matched) AS documents_matched,
           sum(i.open) FILTER (i.reason IS NULL)::DOUBLE AS open_amount
    FROM open_items i
    JOIN months m ON i.from_day < m.month_end AND i.to_day >= m.month_end AND i.day < m.month_end
    WHERE i.ledger = $ledger
    GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, side, currency,
       CASE WHEN denominator > 0 THEN numerator / denominator END AS value, n, reasons, false AS provisional,
       numerator, denominator, documents_matched, open_amount
FROM grouped
