-- What came back in a month over what was sold in it, in amounts.
WITH by_reason AS (
    SELECT date_trunc('month', day) AS month, currency, reason,
           coalesce(-sum(revenue) FILTER (revenue < 0), 0)::DOUBLE AS back,
           coalesce(sum(revenue) FILTER (revenue > 0), 0)::DOUBLE AS sold, count(*) AS rows
    FROM sales_facts WHERE ledger = $ledger AND day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, currency,
       any_value(CASE WHEN sold > 0 THEN back / sold END) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional, any_value(back) FILTER (reason IS NULL) AS numerator,
       any_value(sold) FILTER (reason IS NULL) AS denominator,
       NULL AS linked_share
FROM by_reason GROUP BY ALL
