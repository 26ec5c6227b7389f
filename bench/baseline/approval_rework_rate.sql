-- Documents that were returned, rejected or handed in again over all that were decided, by the month of the decision.
WITH cases AS (
    SELECT coalesce(decided_on, submitted_on, first_on) AS day, department, provisional, with_return, with_rejection,
           resubmitted, CASE WHEN decided_on IS NULL THEN 'not_decided' END AS reason
    FROM approval_cases WHERE ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', day) AS month, department, reason, bool_or(provisional) AS provisional,
           count(*) FILTER (with_return OR with_rejection OR resubmitted) AS again,
           count(*) FILTER (with_return) AS with_return, count(*) FILTER (with_rejection) AS with_rejection,
           count(*) FILTER (resubmitted) AS resubmitted, count(*) AS rows
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department, any_value(again / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(again) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator,
       any_value(with_return) FILTER (reason IS NULL) AS with_return,
       any_value(with_rejection) FILTER (reason IS NULL) AS with_rejection,
       any_value(resubmitted) FILTER (reason IS NULL) AS resubmitted
FROM by_reason GROUP BY ALL
