-- Payables open on each day of a month, added up, over the invoices received in it.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), pieces AS (
    SELECT m.month, i.currency, i.reason, i.due_day, i.due_day - i.day AS term,
           i.from_day <= m.month OR i.from_day = i.day AS begins,
           i.open::DOUBLE * (least(i.to_day, m.month_end) - greatest(i.from_day, m.month)) AS open_days
    FROM open_items i JOIN months m ON i.from_day < m.month_end AND i.to_day > m.month
    WHERE i.ledger = $ledger AND i.side = 'payable' AND (i.reason IS NOT NULL OR i.open <> 0)
), owed AS (
    SELECT month, currency, reason, sum(open_days) AS balance,
           coalesce(sum(open_days * term) FILTER (due_day IS NOT NULL), 0) AS terms,
           coalesce(sum(open_days) FILTER (due_day IS NOT NULL), 0) AS termed, count(*) FILTER (begins) AS rows
    FROM pieces GROUP BY ALL
), received AS (
    SELECT date_trunc('month', day)::DATE AS month, currency, sum(total)::DOUBLE AS turnover
    FROM open_items
    WHERE ledger = $ledger AND side = 'payable' AND reason IS NULL AND from_day = day AND day >= $start AND day < $end
    GROUP BY ALL
), grouped AS (
    SELECT month, currency,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(balance) FILTER (reason IS NULL) AS balance,
           any_value(terms) FILTER (reason IS NULL) AS terms,
           any_value(termed) FILTER (reason IS NULL) AS termed
    FROM owed GROUP BY ALL
), figured AS (
    SELECT month, currency, coalesce(g.n, 0) AS n, coalesce(g.reasons, MAP {}) AS reasons,
           coalesce(g.balance, CASE WHEN r.turnover IS NOT NULL THEN 0 END) AS balance,
           CASE WHEN g.termed > 0 THEN g.terms / g.termed END AS terms_days,
           coalesce(r.turnover, CASE WHEN g.balance IS NOT NULL THEN 0 END) AS turnover
    FROM grouped g FULL JOIN received r USING (month, currency)
), valued AS (
    SELECT *, CASE WHEN balance >= 0 AND turnover > 0 THEN balance / turnover END AS value FROM figured
)
SELECT strftime(month, '%Y-%m') AS period, currency, value, n, reasons, false AS provisional, balance AS numerator,
       turnover AS denominator, terms_days, value - terms_days AS beyond_terms_days,
       false AS note_tax_basis_unknown, balance < 0 OR turnover <= 0 AS note_balance_not_positive
FROM valued
