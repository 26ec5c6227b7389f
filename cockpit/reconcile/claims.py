"""What is to be matched: invoices with an amount, and the claims that payments and credit notes make on them."""

from __future__ import annotations

from cockpit.reconcile.documents import TOUCHED, number
from cockpit.warehouse.money import minor_units

# Shorter words of a remark are years, counts and the like, not invoice numbers.
_SHORTEST_NUMBER_IN_REMARK = 4


def _words(text: str) -> str:
    """SQL for the numbers a text may name: all of it, its parts, and runs of letters and digits between other words."""
    parts = f"string_split_regex({text}, '[,，;；、\\s]+')"
    runs = f"regexp_extract_all({text}, '[0-9A-Za-z][0-9A-Za-z_/.#-]*')"
    return (
        f"list_distinct(list_filter(list_transform([{text}] || {parts} || {runs},"
        " lambda word: upper(trim(word))), lambda word: word <> ''))"
    )


_REMARK_WORDS = f"list_filter({{words}}, lambda word: length(word) >= {_SHORTEST_NUMBER_IN_REMARK})"

INVOICES = """
    CREATE OR REPLACE TEMP TABLE match_invoices AS
    SELECT _unit AS unit, document AS invoice, document_no, numbers, orders, partner_key, day,
           coalesce(due_day, day) AS due_day, own_currency, total, sign(total)::BIGINT AS sign
    FROM finance_documents
    WHERE from_table = 'invoices' AND total <> 0 AND _unit IN (SELECT unit FROM touched)
"""

# A claim is what one payment pays under one reference; lines with the same reference are one claim. Claims are
# numbered by day, which is the order in which they are served. A payment that names a number no invoice has waits for
# that invoice and is not matched by amount; an order's number does not say which invoice is meant.
CLAIMS = f"""
    CREATE OR REPLACE TEMP TABLE match_claims AS
    WITH lines AS (
        SELECT _doc, {number("invoice_no")} AS named, nullif(trim(remark), '') AS remark, amount_gross
        FROM payments WHERE {TOUCHED} AND is_void IS NOT TRUE
    ), claims AS (
        SELECT _doc, named, CASE WHEN named IS NULL THEN remark END AS remark, sum(amount_gross) AS gross
        FROM lines GROUP BY ALL HAVING count(*) = count(amount_gross) AND sum(amount_gross) <> 0
    ), orders AS (
        SELECT DISTINCT unit, unnest(orders) AS number FROM match_invoices
    )
    SELECT row_number() OVER (ORDER BY d.day, d.document_no, d.document, c.named, c.remark) AS claim,
           d._unit AS unit, 'payments' AS from_table, d.document, d.partner_key, d.day, d.own_currency,
           {minor_units("c.gross", "d.own_currency")} AS amount,
           c.named IS NOT NULL
               AND (d._unit, c.named) NOT IN (SELECT (unit, number) FROM orders WHERE number IS NOT NULL) AS waits,
           CASE WHEN c.named IS NOT NULL THEN {_words("c.named")}
                WHEN c.remark IS NOT NULL THEN {_REMARK_WORDS.format(words=_words("c.remark"))} END AS names
    FROM claims c JOIN finance_documents d ON d.document = c._doc AND d.from_table = 'payments'
"""

_NAMED_INVOICES = """
    SELECT DISTINCT c.claim, i.invoice, i.partner_key, n.number
    FROM (SELECT claim, unit, partner_key, own_currency, unnest(names) AS number
          FROM match_claims WHERE from_table = '{from_table}') c
    JOIN (SELECT unit, invoice, partner_key, own_currency, unnest(numbers) AS number
          FROM match_invoices WHERE {condition}) n ON n.unit = c.unit AND n.number = c.number
    JOIN match_invoices i ON i.invoice = n.invoice
    WHERE n.own_currency IS NOT DISTINCT FROM c.own_currency
      AND (c.partner_key IS NULL OR c.partner_key IS NOT DISTINCT FROM n.partner_key)
"""

# Without a partner a number must belong to one partner only.
_PAIRS = f"""
    SELECT claim, invoice FROM ({_NAMED_INVOICES})
    QUALIFY min(coalesce(partner_key, '')) OVER (PARTITION BY claim, number)
          = max(coalesce(partner_key, '')) OVER (PARTITION BY claim, number)
"""

PAIRS = f"""
    CREATE OR REPLACE TEMP TABLE match_pairs AS
    SELECT DISTINCT claim, invoice FROM ({_PAIRS.format(from_table="payments", condition="true")})
"""

# A negative invoice that names a positive one of the same partner takes its open amount off that one. Its claims come
# after all payments, with numbers of their own.
CREDIT_NOTES = f"""
    INSERT INTO match_claims
    WITH named AS (
        SELECT _doc, list_distinct(flatten(array_agg({_words("source_document_no")}))
               || flatten(array_agg({_REMARK_WORDS.format(words=_words("remark"))}))) AS names
        FROM (SELECT _doc, coalesce(source_document_no, '') AS source_document_no, coalesce(remark, '') AS remark
              FROM invoices WHERE {TOUCHED})
        GROUP BY ALL
    )
    SELECT (SELECT coalesce(max(claim), 0) FROM match_claims)
               + row_number() OVER (ORDER BY o.day, o.document_no, o.invoice),
           o.unit, 'invoices', o.invoice, o.partner_key, o.day, o.own_currency, -o.open, true, n.names
    FROM match_open o JOIN named n ON n._doc = o.invoice
    WHERE o.total < 0 AND o.open < 0 AND len(n.names) > 0 AND o.partner_key IS NOT NULL
"""
CREDIT_NOTE_PAIRS = f"""
    INSERT INTO match_pairs
    SELECT claim, min(invoice) FROM (
        SELECT DISTINCT claim, invoice FROM ({_PAIRS.format(from_table="invoices", condition="total > 0")})
    ) GROUP BY claim HAVING count(*) = 1
"""
