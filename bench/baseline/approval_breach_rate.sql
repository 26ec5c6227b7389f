-- Acts done after they were due, and open ones already late, over all acts that were due, by the month of the due day.
-- $end is the ledgers' own today.
WITH acts AS (
    SELECT coalesce(due_on, acted_on, arrived_on) AS day, step AS node, acted_at IS NULL AS open,
           acted_at IS NULL OR acted_at > due_at AS late,
           CASE WHEN due_at IS NULL THEN 'no_due_instant'
                WHEN acted_at IS NULL AND due_on >= $end THEN 'not_due_yet' END AS reason
    FROM approval_acts
    WHERE ledger = $ledger AND NOT background AND (acted_at IS NULL OR action IN
          ('approve', 'final_approve', 'countersign', 'reject', 'return', 'delegate', 'add_sign'))
), by_reason AS (
    SELECT date_trunc('month', day) AS month, node, reason, count(*) FILTER (late) AS late,
           count(*) FILTER (open) AS open, count(*) AS rows
    FROM acts WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, node, any_value(late / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional, any_value(late) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator,
       any_value(open) FILTER (reason IS NULL) AS open_late
FROM by_reason GROUP BY ALL
