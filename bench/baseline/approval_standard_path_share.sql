-- Documents that went the declared way over those decided whose way can be judged, by the month of the decision.
WITH cases AS (
    SELECT coalesce(decided_on, submitted_on, first_on) AS day, category, provisional, standard_path,
           CASE WHEN decided_on IS NULL THEN 'not_decided' ELSE path_reason END AS reason
    FROM approval_cases WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, category, reason, bool_or(provisional) AS provisional,
           count(*) FILTER (standard_path) AS standard, count(*) AS rows
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, category, any_value(standard / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(standard) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator
FROM by_reason GROUP BY ALL
