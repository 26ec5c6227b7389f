-- Hours waited at nodes that only pass on over all hours waited, by the month of the act. A node only passes on when
-- of what it decided in the whole window so little was objected to that the upper end of the 95 % Wilson interval is
-- at most 2 %, no document met its first objection there, and 98 % of its decisions say no more than yes.
WITH acts AS (
    SELECT coalesce(acted_on, arrived_on) AS day, company, process, step AS node, _unit, place, provisional,
           (w_acted - w_arrived)::DOUBLE AS seconds,
           coalesce(acted_at IS NOT NULL AND action IN
               ('approve', 'final_approve', 'countersign', 'reject', 'return'), false) AS decides,
           coalesce(acted_at IS NOT NULL AND action IN ('reject', 'return'), false) AS objects,
           comment IS NULL OR regexp_matches(lower(trim(comment)),
               '^(同意|通过|批准|已阅|无|无意见|ok|yes|agree|agreed|approve|approved|[-/])?[。.!！]?$') AS silent,
           CASE WHEN wait_reason IS NOT NULL THEN wait_reason WHEN seconds IS NULL THEN 'outside_calendar' END AS reason
    FROM approval_acts
    WHERE ledger = $ledger AND NOT background AND (acted_at IS NULL OR action IN
          ('approve', 'final_approve', 'countersign', 'reject', 'return', 'delegate', 'add_sign'))
      AND coalesce(acted_on, arrived_on) >= $start AND coalesce(acted_on, arrived_on) < $end
), first_objections AS (
    SELECT DISTINCT company, process, arg_min(node, place) AS node FROM acts WHERE objects
    GROUP BY company, process, _unit
), judged AS (
    SELECT company, process, node, count(*) FILTER (decides) AS decided, count(*) FILTER (objects) AS objected,
           count(*) FILTER (decides AND silent) AS silent
    FROM acts GROUP BY ALL
), passing AS (
    SELECT company, process, node
    FROM (SELECT *, objected / decided AS share, 1.959964 AS z FROM judged WHERE decided > 0) x
    WHERE (share + z * z / (2 * decided) + z * sqrt(share * (1 - share) / decided + z * z / (4 * decided * decided)))
              / (1 + z * z / decided) <= 0.02
      AND silent >= 0.98 * decided
      AND NOT EXISTS (FROM first_objections f WHERE f.company = x.company
                      AND f.process IS NOT DISTINCT FROM x.process AND f.node IS NOT DISTINCT FROM x.node)
), by_reason AS (
    SELECT date_trunc('month', a.day) AS month, a.node, a.reason, sum(a.seconds) / 3600 AS hours,
           coalesce(sum(a.seconds) FILTER (p.company IS NOT NULL), 0) / 3600 AS passed,
           count(DISTINCT a.node) FILTER (p.company IS NOT NULL) AS candidates,
           count(*) FILTER (a.objects) / nullif(count(*) FILTER (a.decides), 0) AS objection_share,
           count(*) FILTER (a.silent AND a.decides) / nullif(count(*) FILTER (a.decides), 0) AS silent_share,
           avg(coalesce(a.seconds < 60, false)::INTEGER) AS minute, bool_or(a.provisional) AS provisional,
           count(*) AS rows
    FROM acts a LEFT JOIN passing p ON p.company = a.company AND p.process IS NOT DISTINCT FROM a.process
     AND p.node IS NOT DISTINCT FROM a.node
    GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, node,
       any_value(CASE WHEN hours > 0 THEN passed / hours END) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       coalesce(any_value(provisional) FILTER (reason IS NULL), false) AS provisional,
       any_value(passed) FILTER (reason IS NULL) AS numerator,
       any_value(hours) FILTER (reason IS NULL) AS denominator,
       any_value(candidates) FILTER (reason IS NULL) AS candidates,
       any_value(objection_share) FILTER (reason IS NULL) AS objection_share,
       any_value(silent_share) FILTER (reason IS NULL) AS silent_share,
       any_value(minute) FILTER (reason IS NULL) AS share_under_one_minute
FROM by_reason GROUP BY ALL
