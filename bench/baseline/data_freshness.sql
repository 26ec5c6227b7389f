-- At each month's end, for each source and table: hours since the end of the newest business day delivered by then,
-- since the last delivery, and how far apart deliveries and business days lay in the year before.
WITH months AS (
    SELECT month::DATE AS month, timezone('UTC', timezone('Asia/Shanghai', month + INTERVAL 1 MONTH)) AS told_at
    FROM generate_series($start::TIMESTAMP, $end::TIMESTAMP - INTERVAL 1 MONTH, INTERVAL 1 MONTH) t(month)
), arrivals AS (
    SELECT source, "table", came_at, max(newest_end) AS newest_end, max(ran_at) AS ran_at, max(day_gap) AS day_gap
    FROM delivered_parts WHERE ledger = $ledger AND NOT undone GROUP BY ALL
), spaced AS (
    SELECT *, date_diff('second', lag(came_at) OVER (PARTITION BY source, "table" ORDER BY came_at), came_at) / 3600
                  AS gap FROM arrivals
), states AS (
    SELECT m.month, m.told_at, s.source, s."table", max(s.newest_end) AS newest_end,
           greatest(max(s.came_at), max(s.ran_at) FILTER (s.ran_at <= m.told_at)) AS last_at,
           median(s.gap) FILTER (s.came_at > m.told_at - INTERVAL 1 YEAR) AS usual_gap,
           greatest(max(s.gap) FILTER (s.came_at > m.told_at - INTERVAL 1 YEAR), max(s.day_gap) * 24) AS longest_gap
    FROM spaced s JOIN months m ON s.came_at <= m.told_at GROUP BY ALL
), aged AS (
    SELECT *, greatest(date_diff('second', newest_end, told_at), 0) / 3600 AS hours FROM states
)
SELECT strftime(month, '%Y-%m') AS period, source, "table", hours AS value, 1 AS n, MAP {} AS reasons,
       false AS provisional, date_diff('second', last_at, told_at) / 3600 AS hours_since_delivery,
       usual_gap AS usual_gap_hours, longest_gap AS longest_gap_hours, hours / nullif(longest_gap, 0) AS overdue
FROM aged
