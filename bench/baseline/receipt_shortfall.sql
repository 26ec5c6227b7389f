-- Order lines received short, over or with rejects over lines due, by supplier and the month of the required day. Lines
-- nothing is known of count only where they were due while receipts were delivered. $end is the ledgers' own today.
WITH known AS (
    SELECT company, min(receipt_on) AS first_on, max(last_receipt_on) AS last_on
    FROM purchase_facts WHERE ledger = $ledger AND receipt_on IS NOT NULL GROUP BY ALL
), lines AS (
    SELECT coalesce(p.required_on, p.day) AS due, coalesce(p.supplier_name, p.supplier_code) AS supplier,
           p.received_from, coalesce(p.received, 0) < p.quantity AS short, coalesce(p.received, 0) > p.quantity AS over,
           coalesce(p.rejected > 0, false) AS rejected, p.rejected IS NOT NULL AS judged,
           CASE WHEN p.is_void THEN 'void'
                WHEN p.required_on IS NULL THEN 'no_required_date'
                WHEN p.required_on >= $end THEN 'not_due_yet'
                WHEN p.quantity IS NULL OR p.quantity <= 0 THEN 'no_quantity'
                WHEN p.received IS NULL AND coalesce(p.required_on < k.first_on OR p.required_on > k.last_on, true)
                     THEN 'receipts_not_known' END AS reason
    FROM purchase_facts p LEFT JOIN known k ON k.company = p.company WHERE p.ledger = $ledger
), by_reason AS (
    SELECT date_trunc('month', due) AS month, supplier, reason,
           count(*) FILTER (short OR over OR rejected) AS differing,
           count(*) FILTER (short) AS short, count(*) FILTER (over) AS over,
           CASE WHEN bool_or(judged) THEN count(*) FILTER (rejected) END AS rejected,
           bool_or(received_from = 'order') AS by_orders, bool_or(received_from = 'receipts') AS by_receipts,
           count(*) AS rows
    FROM lines WHERE due >= $start AND due < $end GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, supplier, any_value(differing / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional,
       any_value(differing) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator,
       any_value(short) FILTER (reason IS NULL) AS short,
       any_value(over) FILTER (reason IS NULL) AS over,
       any_value(rejected) FILTER (reason IS NULL) AS rejected,
       bool_or(by_orders) FILTER (reason IS NULL) AS note_received_from_orders,
       bool_or(by_receipts) FILTER (reason IS NULL) AS note_received_from_receipts
FROM by_reason GROUP BY ALL
