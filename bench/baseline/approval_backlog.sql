-- Acts that wait at the end of each month: arrived before it, not done by then, and the document neither decided nor
-- withdrawn; documents waiting nobody knows where are counted apart.
WITH months AS (
    SELECT month::DATE AS month, (month + INTERVAL 1 MONTH)::DATE AS month_end
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), acts AS (
    SELECT a._unit, a.step AS node, a.arrived_on, a.acted_at, a.acted_on, a.due_on, c.is_open, s.completed_on
    FROM approval_acts a JOIN approval_cases c USING (_unit) JOIN process_cases s USING (_unit)
    WHERE a.ledger = $ledger AND NOT a.background AND (a.acted_at IS NULL OR a.action IN
          ('approve', 'final_approve', 'countersign', 'reject', 'return', 'delegate', 'add_sign'))
), spans AS (
    SELECT node, arrived_on, acted_on AS left_on, due_on, NULL AS reason FROM acts WHERE acted_on > arrived_on
    UNION ALL
    SELECT node, coalesce(arrived_on, DATE '1970-01-01'),
           CASE WHEN NOT is_open THEN coalesce(completed_on, arrived_on, DATE '1970-01-01') END, due_on,
           CASE WHEN arrived_on IS NULL THEN 'no_arrival' END
    FROM acts WHERE acted_at IS NULL
    UNION ALL
    SELECT NULL, s.completed_on, NULL, NULL, 'no_open_act'
    FROM approval_cases c JOIN process_cases s USING (_unit)
    WHERE c.ledger = $ledger AND c.is_open AND s.open_acts = 0
), by_reason AS (
    SELECT m.month, s.node, s.reason, avg((s.due_on < m.month_end - 1)::INTEGER) AS late,
           quantile_cont((m.month_end - 1 - s.arrived_on)::DOUBLE, 0.9) AS age, count(*) AS rows
    FROM spans s JOIN months m ON s.arrived_on < m.month_end AND (s.left_on IS NULL OR s.left_on >= m.month_end)
    GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, node, any_value(rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional, any_value(late) FILTER (reason IS NULL) AS past_due_share,
       any_value(age) FILTER (reason IS NULL) AS age_p90_days
FROM by_reason GROUP BY ALL
