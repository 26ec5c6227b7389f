-- At each month's end: goods received and not invoiced at the order's price, by the days since the oldest open part
-- came; what was invoiced first stands apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), lines AS (
    SELECT m.month, b.currency, b.reason, b.quantity > 0 AS goods, m.month_end - 1 - b.open_since AS age,
           CASE WHEN b.quantity > 0 THEN b.amount_open ELSE 0 END AS amount,
           CASE WHEN b.quantity > 0 THEN 0 ELSE -b.amount_open END AS invoiced
    FROM receipt_balances b JOIN months m ON b.from_day < m.month_end AND b.to_day >= m.month_end
    WHERE b.ledger = $ledger
), by_reason AS (
    SELECT month, CASE WHEN age <= 30 THEN '0-30' WHEN age <= 60 THEN '31-60' WHEN age <= 90 THEN '61-90'
                       WHEN age > 90 THEN '90+' END AS age_band,
           currency, reason, sum(amount) AS amount, sum(invoiced) AS invoiced,
           sum(CASE WHEN age > 90 THEN amount ELSE 0 END) AS old, max(age) FILTER (goods) AS oldest, count(*) AS rows
    FROM lines GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, age_band, currency,
       any_value(amount) FILTER (reason IS NULL)::DOUBLE AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional,
       any_value(invoiced) FILTER (reason IS NULL)::DOUBLE AS invoiced_first_amount,
       any_value(old) FILTER (reason IS NULL)::DOUBLE AS over_90_days_amount,
       any_value(oldest) FILTER (reason IS NULL) AS oldest_open_days
FROM by_reason GROUP BY ALL
