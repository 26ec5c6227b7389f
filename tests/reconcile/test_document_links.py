"""Order, receipt, invoice and payment find each other by the numbers they name."""

from __future__ import annotations

from datetime import date

from tests.derive.books import RECONCILE, Books
from tests.reconcile.test_links import invoice, payment

DAY = date(2024, 1, 10)


def links(books: Books) -> set[tuple[str, str, str]]:
    assert books.differing() == {}
    return {(row["from_table"], row["to_table"], row["kind"]) for row in books.rows("SELECT * FROM document_links")}


def test_order_receipt_invoice_and_payment_form_a_chain_whatever_came_first() -> None:
    books = Books(RECONCILE)
    books.add("payments", [payment("P1", 100, invoice_no="I1", source_document_no="po1 ")])
    books.add("invoices", [invoice("I1", 100, source_document_no="PO1", receipt_no="GR1")])
    books.add("goods_receipts", [{"document_no": "GR1", "document_date": DAY, "source_document_no": "PO1"}])
    books.add("purchase_orders", [{"document_no": "PO1", "document_date": DAY, "source_document_no": "PR1"}])
    books.add("process_events", [{"case_id": "PR1", "document_no": "PR1", "action": "submit"}])
    assert links(books) == {
        ("purchase_orders", "process_events", "requisition"),
        ("goods_receipts", "purchase_orders", "receipt"),
        ("invoices", "purchase_orders", "invoice"),
        ("invoices", "goods_receipts", "invoice"),
        ("payments", "purchase_orders", "payment"),
        ("payments", "invoices", "payment"),
    }
    books.remove("goods_receipts", "true")
    assert not {link for link in links(books) if "goods_receipts" in link}


def test_other_ledgers_companies_and_sides_do_not_belong() -> None:
    books = Books(RECONCILE)
    books.ledger("other")
    books.add("purchase_orders", [{"document_no": "PO1", "document_date": DAY, "ledger": "other"}])
    books.add("purchase_orders", [{"document_no": "PO1", "document_date": DAY, "company": "B"}])
    books.add("sales_lines", [{"document_no": "PO1", "document_date": DAY, "quantity": 1}])
    books.add("invoices", [invoice("I1", 100, source_document_no="PO1")])
    assert links(books) == set()
