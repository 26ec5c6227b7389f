-- At each month's end: what was allocated by then over the total of all invoices issued by then, each side apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), by_reason AS (
    SELECT m.month, i.side, i.currency, i.reason, sum(i.allocated) AS allocated, sum(i.total) AS total,
           sum(i.matched::BIGINT) AS matched, sum(i.open) AS open, count(*) AS rows
    FROM open_items i
    JOIN months m ON i.from_day < m.month_end AND i.to_day >= m.month_end AND i.day < m.month_end
    WHERE i.ledger = $ledger
    GROUP BY ALL
), grouped AS (
    SELECT strftime(month, '%Y-%m') AS period, side, currency,
           any_value(allocated) FILTER (reason IS NULL)::DOUBLE AS numerator,
           any_value(total) FILTER (reason IS NULL)::DOUBLE AS denominator,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(matched) FILTER (reason IS NULL) AS documents_matched,
           any_value(open) FILTER (reason IS NULL)::DOUBLE AS open_amount
    FROM by_reason GROUP BY ALL
)
SELECT period, side, currency, CASE WHEN denominator > 0 THEN numerator / denominator END AS value, n, reasons,
       false AS provisional, numerator, denominator, documents_matched, open_amount
FROM grouped
