-- Order lines of which something came before what it should have waited for, over lines with days to compare.
WITH lines AS (
    SELECT date_trunc('month', day) AS month, department, out_of_order,
           CASE WHEN is_void THEN 'void' WHEN NOT compared THEN 'nothing_to_compare' END AS reason
    FROM purchase_facts WHERE ledger = $ledger AND day >= $start AND day < $end
), by_reason AS (
    SELECT month, department, reason, count(*) FILTER (len(out_of_order) > 0) AS found,
           count(*) FILTER (list_contains(out_of_order, 'order_before_approval')) AS order_before_approval,
           count(*) FILTER (list_contains(out_of_order, 'receipt_before_approval')) AS receipt_before_approval,
           count(*) FILTER (list_contains(out_of_order, 'receipt_before_order')) AS receipt_before_order,
           count(*) FILTER (list_contains(out_of_order, 'invoice_before_approval')) AS invoice_before_approval,
           count(*) FILTER (list_contains(out_of_order, 'invoice_before_order')) AS invoice_before_order,
           count(*) FILTER (list_contains(out_of_order, 'invoice_before_receipt')) AS invoice_before_receipt,
           count(*) AS rows
    FROM lines GROUP BY ALL
)
SELECT strftime(month, '%Y-%m') AS period, department, any_value(found / rows) FILTER (reason IS NULL) AS value,
       coalesce(any_value(rows) FILTER (reason IS NULL), 0) AS n,
       map(list(reason) FILTER (reason IS NOT NULL), list(rows) FILTER (reason IS NOT NULL)) AS reasons,
       false AS provisional,
       any_value(found) FILTER (reason IS NULL) AS numerator,
       any_value(rows) FILTER (reason IS NULL) AS denominator,
       any_value(order_before_approval) FILTER (reason IS NULL) AS order_before_approval,
       any_value(receipt_before_approval) FILTER (reason IS NULL) AS receipt_before_approval,
       any_value(receipt_before_order) FILTER (reason IS NULL) AS receipt_before_order,
       any_value(invoice_before_approval) FILTER (reason IS NULL) AS invoice_before_approval,
       any_value(invoice_before_order) FILTER (reason IS NULL) AS invoice_before_order,
       any_value(invoice_before_receipt) FILTER (reason IS NULL) AS invoice_before_receipt
FROM by_reason GROUP BY ALL
