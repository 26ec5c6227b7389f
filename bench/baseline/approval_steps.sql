-- Different nodes that dealt with a document up to its decision, a mean by amount band and the month of the decision.
WITH cases AS (
    SELECT coalesce(decided_on, submitted_on, first_on) AS day, amount_band, provisional, nodes_acted,
           CASE WHEN decided_on IS NULL THEN 'not_decided' END AS reason
    FROM approval_cases WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, amount_band, reason, bool_or(provisional) AS provisional,
           sum(nodes_acted)::BIGINT AS nodes, count(*) AS rows
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, amount_band, any_value(nodes / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(nodes) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator
FROM by_reason GROUP BY ALL
