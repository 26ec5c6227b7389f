-- Counted lines that agree with the books over counted lines, by month and warehouse.
WITH counted AS (
    SELECT date_trunc('month', as_of_day)::DATE AS month, warehouse, quantity_counted - quantity AS more,
           CASE WHEN quantity IS NULL THEN 'no_book_quantity' END AS reason
    FROM stock_balances
    WHERE ledger = $ledger AND quantity_counted IS NOT NULL AND as_of_day >= $start AND as_of_day < $end
), by_reason AS (
    SELECT month, warehouse, reason, count(*) FILTER (more = 0) AS same, sum(greatest(more, 0)) AS surplus,
           sum(greatest(-more, 0)) AS shortage, count(*) AS rows
    FROM counted GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, warehouse, any_value(same / rows) FILTER (reason IS NULL)::DOUBLE AS value, coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons, false AS provisional,
       any_value(same) FILTER (reason IS NULL)::DOUBLE AS numerator, any_value(rows) FILTER (reason IS NULL)::DOUBLE AS denominator,
       any_value(surplus) FILTER (reason IS NULL)::DOUBLE AS surplus, any_value(shortage) FILTER (reason IS NULL)::DOUBLE AS shortage
FROM by_reason GROUP BY ALL
