"""Match links: which payment or credit note settles which invoice, by how much, from which day on, by which rule.

Rules, each with all of its conditions: *reference* – the payment names the invoice's number, same side of the same
company, same currency, same partner where the payment names one; *credit_note* – the same for a negative invoice that
names the one it corrects; *amount* – same partner, same currency, equal open amounts, paid 0–90 days after the invoice
and no other candidate on either side. What stays ambiguous stays open.
"""

from __future__ import annotations

import duckdb

from cockpit.reconcile.claims import CLAIMS, CREDIT_NOTE_PAIRS, CREDIT_NOTES, INVOICES, PAIRS
from cockpit.reconcile.document_links import DOCUMENT_LINKS
from cockpit.reconcile.documents import DOCUMENTS
from cockpit.reconcile.open_items import OPEN_ITEMS
from cockpit.reconcile.receipts import RECEIPT_BALANCES
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.money import major_units

WINDOW_DAYS = 90

_ALLOCATED = """
    CREATE OR REPLACE TEMP TABLE match_links (
        claim BIGINT, invoice UUID, amount BIGINT, rule VARCHAR, day DATE)
"""

# Open amount of each invoice after the links so far, in its own sign.
_OPEN = """
    CREATE OR REPLACE TEMP TABLE match_open AS
    SELECT i.*, i.total - coalesce(l.amount, 0) AS open
    FROM match_invoices i
    LEFT JOIN (SELECT invoice, sum(amount)::BIGINT AS amount FROM match_links GROUP BY ALL) l USING (invoice)
"""

# Claims that name one invoice: what they have paid together by any day, never below nothing nor above the total, so
# that a payment taken back frees the amount again and an overpayment stays with the payment.
_ONE_INVOICE = """
    INSERT INTO match_links
    WITH one AS (SELECT claim FROM match_pairs GROUP BY claim HAVING count(*) = 1),
    paid AS (
        SELECT p.claim, p.invoice, c.day, i.sign, i.day AS invoice_day, abs(i.open) AS total,
               sum(c.amount * i.sign) OVER (PARTITION BY p.invoice ORDER BY c.claim) AS until_here,
               c.amount * i.sign AS own
        FROM match_pairs p JOIN one USING (claim) JOIN match_claims c USING (claim) JOIN match_open i USING (invoice)
        WHERE c.from_table = '{from_table}'
    )
    SELECT claim, invoice,
           ((least(greatest(until_here, 0), total) - least(greatest(until_here - own, 0), total)) * sign)::BIGINT,
           '{rule}', greatest(day, invoice_day)
    FROM paid
"""

# Claims that name several invoices, those first that no earlier claim on the same invoices waits for.
_WAITING = """
    CREATE OR REPLACE TEMP TABLE match_waiting AS
    SELECT p.claim, p.invoice FROM match_pairs p JOIN match_claims c USING (claim)
    WHERE c.from_table = 'payments' QUALIFY count(*) OVER (PARTITION BY p.claim) > 1
"""
_READY = """
    CREATE OR REPLACE TEMP TABLE match_ready AS
    SELECT claim FROM (SELECT claim, min(claim) OVER (PARTITION BY invoice) AS first FROM match_waiting)
    GROUP BY claim HAVING bool_and(claim = first)
"""
# Equal to the sum of what they have open: all are settled, credit notes too. Else the oldest due first.
_SEVERAL_INVOICES = """
    INSERT INTO match_links
    WITH wanted AS (
        SELECT w.claim, w.invoice, c.amount, c.day, i.day AS invoice_day, i.open,
               sum(i.open) OVER (PARTITION BY w.claim) = c.amount AS exact,
               sign(i.open) = sign(c.amount) AS same_sign,
               coalesce(sum(CASE WHEN sign(i.open) = sign(c.amount) THEN abs(i.open) ELSE 0 END) OVER (
                   PARTITION BY w.claim ORDER BY i.due_day, i.day, i.document_no, i.invoice
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM match_waiting w JOIN match_ready USING (claim) JOIN match_claims c USING (claim)
        JOIN match_open i USING (invoice)
    )
    SELECT claim, invoice,
           (CASE WHEN exact THEN open
                 WHEN same_sign THEN sign(open) * least(greatest(abs(amount) - before, 0), abs(open))
                 ELSE 0 END)::BIGINT,
           'reference', greatest(day, invoice_day)
    FROM wanted
"""

# What a payment has left when no line of it names an invoice that is known or still to come.
_EQUAL_AMOUNTS = f"""
    INSERT INTO match_links
    WITH loose AS (
        SELECT unit, document, partner_key, own_currency, day, sum(amount)::BIGINT AS amount, min(claim) AS claim
        FROM match_claims c
        WHERE from_table = 'payments' AND partner_key IS NOT NULL
          AND document NOT IN (SELECT document FROM match_claims WHERE waits)
          AND document NOT IN (SELECT document FROM match_claims JOIN match_pairs USING (claim))
        GROUP BY ALL
    ), candidates AS (
        SELECT l.claim, l.day, i.invoice, i.open,
               count(*) OVER (PARTITION BY l.claim) AS invoices, count(*) OVER (PARTITION BY i.invoice) AS payments
        FROM loose l JOIN match_open i
          ON i.unit = l.unit AND i.partner_key = l.partner_key AND i.own_currency IS NOT DISTINCT FROM l.own_currency
         AND i.open = l.amount AND l.day BETWEEN i.day AND i.day + {WINDOW_DAYS}
    )
    SELECT claim, invoice, open, 'amount', day FROM candidates WHERE invoices = 1 AND payments = 1
"""


def match(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``match_links`` for the touched sides: a function of the documents alone, whatever came when."""
    for statement in (INVOICES, CLAIMS, PAIRS, _ALLOCATED, _OPEN):
        con.execute(statement)
    con.execute(_ONE_INVOICE.format(from_table="payments", rule="reference"))
    con.execute(_WAITING)
    while con.execute("SELECT count(*) FROM match_waiting").fetchall()[0][0]:
        for statement in (_READY, _OPEN, _SEVERAL_INVOICES):
            con.execute(statement)
        con.execute("DELETE FROM match_waiting WHERE claim IN (SELECT claim FROM match_ready)")
    con.execute(_OPEN)
    con.execute(CREDIT_NOTES)
    con.execute(CREDIT_NOTE_PAIRS)
    con.execute(_ONE_INVOICE.format(from_table="invoices", rule="credit_note"))
    con.execute(_OPEN)
    con.execute(_EQUAL_AMOUNTS)


_STATEMENT = f"""
    SELECT c.unit AS _unit, d.ledger, d.company, d.side, d.partner_code, d.partner_name, d.department,
           c.from_table, c.document AS from_document, f.document_no AS from_no,
           'invoices' AS to_table, d.document AS to_document, d.document_no AS to_no, l.rule, l.day,
           {major_units("l.amount", "d.own_currency")} AS amount, d.own_currency AS currency
    FROM match_links l JOIN match_claims c USING (claim)
    JOIN finance_documents d ON d.document = l.invoice AND d.from_table = 'invoices'
    JOIN finance_documents f ON f.document = c.document AND f.from_table = c.from_table
    WHERE l.amount <> 0 AND c.unit IN (SELECT unit FROM touched)
"""

ALLOCATIONS = Derivation(
    name="allocations",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "side": "VARCHAR",
        "partner_code": "VARCHAR",
        "partner_name": "VARCHAR",
        "department": "VARCHAR",
        "from_table": "VARCHAR",
        "from_document": "UUID",
        "from_no": "VARCHAR",
        "to_table": "VARCHAR",
        "to_document": "UUID",
        "to_no": "VARCHAR",
        "rule": "VARCHAR",
        "day": "DATE",
        "amount": "DECIMAL(18,4)",
        "currency": "VARCHAR",
    },
    inputs={"finance_documents": "_unit"},
    statement=_STATEMENT,
    prepare=match,
)

DERIVATIONS: tuple[Derivation, ...] = (DOCUMENTS, ALLOCATIONS, OPEN_ITEMS, DOCUMENT_LINKS, RECEIPT_BALANCES)
