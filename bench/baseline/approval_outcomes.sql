-- Documents by the month in which they were handed in, and how they stand. One row of approval_cases is one document.
WITH cases AS (
    SELECT coalesce(submitted_on, first_on) AS day, department, provisional, final_rule, approved, rejected,
           withdrawn, is_open, never_final, draft, resubmitted, with_rejection, with_return, list_contains(states, 'paid') AS paid
    FROM approval_cases WHERE ledger = $ledger
), grouped AS (
    SELECT date_trunc('month', day) AS month, department, count(*) AS n, bool_or(provisional) AS provisional,
           count(*) FILTER (approved) AS approved, count(*) FILTER (rejected) AS rejected,
           count(*) FILTER (withdrawn) AS withdrawn, count(*) FILTER (is_open) AS open,
           count(*) FILTER (never_final) AS never_final, count(*) FILTER (draft) AS draft,
           count(*) FILTER (resubmitted) AS resubmitted, count(*) FILTER (with_rejection) AS with_rejection,
           count(*) FILTER (with_return) AS with_return, count(*) FILTER (paid) AS paid,
           count(*) FILTER (approved AND paid) AS approved_paid,
           bool_or(final_rule = 'explicit') AS by_explicit, bool_or(final_rule = 'last_node') AS by_node,
           bool_or(final_rule = 'last_approval') AS by_approval
    FROM cases WHERE day >= $start AND day < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department, n AS value, n, MAP {} AS reasons, provisional, approved,
       rejected, withdrawn, open, never_final, draft, resubmitted, with_rejection, with_return, paid, approved_paid,
       by_explicit AS note_final_rule_explicit, by_node AS note_final_rule_last_node,
       by_approval AS note_final_rule_last_approval
FROM grouped
