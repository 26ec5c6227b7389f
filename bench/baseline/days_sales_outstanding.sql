-- Receivables open on each day of a month, added up, over what was sold in it with tax. Lines that do not tell their
-- tax count at the mean tax of those that do; where these are under four fifths of all there is no figure.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), pieces AS (
    SELECT m.month, i.currency, i.reason, i.due_day, i.due_day - i.day AS term,
           i.from_day <= m.month OR i.from_day = i.day AS begins,
           i.open::DOUBLE * (least(i.to_day, m.month_end) - greatest(i.from_day, m.month)) AS open_days
    FROM open_items i JOIN months m ON i.from_day < m.month_end AND i.to_day > m.month
    WHERE i.ledger = $ledger AND i.side = 'receivable' AND (i.reason IS NOT NULL OR i.open <> 0)
), owed AS (
    SELECT month, currency, reason, sum(open_days) AS balance,
           coalesce(sum(open_days * term) FILTER (due_day IS NOT NULL), 0) AS terms,
           coalesce(sum(open_days) FILTER (due_day IS NOT NULL), 0) AS termed, count(*) FILTER (begins) AS rows
    FROM pieces GROUP BY ALL
), lines AS (
    SELECT date_trunc('month', day)::DATE AS month, currency, revenue, revenue_gross,
           CASE WHEN reason IN ('void', 'no_rate') THEN reason
                WHEN revenue_gross IS NOT NULL THEN NULL
                WHEN revenue IS NOT NULL THEN 'gross_unknown' ELSE 'no_amount' END AS reason
    FROM sales_facts WHERE ledger = $ledger AND day >= $start AND day < $end
), sold AS (
    SELECT month, currency, reason, coalesce(sum(revenue_gross), 0)::DOUBLE AS gross,
           coalesce(sum(revenue_gross) FILTER (revenue IS NOT NULL), 0)::DOUBLE AS gross_of_both,
           coalesce(sum(revenue), 0)::DOUBLE AS net, count(*) FILTER (reason IS NOT NULL) AS rows
    FROM lines GROUP BY ALL
), by_reason AS (
    SELECT month, currency, reason, sum(balance) AS balance, sum(terms) AS terms, sum(termed) AS termed,
           sum(gross) AS gross, sum(gross_of_both) AS gross_of_both, sum(net) AS net, sum(rows)::BIGINT AS rows
    FROM (SELECT month, currency, reason, balance, terms, termed, rows, 0 AS gross, 0 AS gross_of_both, 0 AS net
          FROM owed UNION ALL BY NAME
          SELECT month, currency, reason, 0 AS balance, 0 AS terms, 0 AS termed, rows, gross, gross_of_both, net
          FROM sold)
    GROUP BY ALL
), grouped AS (
    SELECT month, currency,
           coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
           map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
           any_value(balance) FILTER (reason IS NULL) AS balance,
           any_value(terms) FILTER (reason IS NULL) AS terms,
           any_value(termed) FILTER (reason IS NULL) AS termed,
           any_value(gross) FILTER (reason IS NULL) AS gross,
           any_value(gross_of_both) FILTER (reason IS NULL) AS gross_of_both,
           any_value(net) FILTER (reason IS NULL) AS net,
           any_value(net) FILTER (reason = 'gross_unknown') AS untold
    FROM by_reason GROUP BY ALL
), turned AS (
    SELECT *, CASE WHEN coalesce(untold, 0) = 0 THEN gross
                   WHEN net > 0 AND gross >= 0.8 * (gross + untold * gross_of_both / net)
                   THEN gross + untold * gross_of_both / net END AS turnover,
           CASE WHEN termed > 0 THEN terms / termed END AS terms_days
    FROM grouped
), figured AS (
    SELECT *, CASE WHEN balance >= 0 AND turnover > 0 THEN balance / turnover END AS value FROM turned
)
SELECT strftime(month, '%Y-%m') AS period, currency, value, n, reasons, false AS provisional, balance AS numerator,
       turnover AS denominator, terms_days, value - terms_days AS beyond_terms_days,
       coalesce(untold, 0) <> 0 AND turnover IS NULL AS note_tax_basis_unknown,
       balance < 0 OR turnover <= 0 AS note_balance_not_positive
FROM figured
