"""Invoices and the money that follows: supplier invoices for receipts, customer invoices for deliveries, payments."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from sample_data import stories
from sample_data.catalogue import customers, suppliers
from sample_data.documents import Invoice, InvoiceLine, Payment, Receipt, Sale
from sample_data.workdays import before, is_workday, next_workday

NAMELESS_SHARE = 0.08  # payments whose text names no invoice but whose amount is exactly the invoice's
TWO_PARTS_SHARE = 0.05
LATE_SHARE = 0.25  # of small invoices, paid a few days after the due day
SMALL = 6_000_000  # fen


def payables(seed: int, receipts: list[Receipt], last: date) -> list[Invoice]:
    """One invoice per receipt, some days later."""
    rng = Random(f"{seed}/payables")
    invoices: list[Invoice] = []
    for receipt in receipts:
        supplier = suppliers()[receipt.order.supplier]
        day = next_workday(receipt.day + timedelta(days=rng.randint(1, 6)))
        lines = []
        billed = [line for line in receipt.lines if line.quantity]
        for place, line in enumerate(billed, 1):
            order_line = line.order_line
            lines.append(
                InvoiceLine(
                    place,
                    order_line.material,
                    line.quantity,
                    order_line.price,
                    line.quantity * order_line.price,
                    order_line.tax_percent,
                    receipt.order.number,
                    order_line.number,
                )
            )
        if not lines or day > last:
            continue
        for line, invoiced in zip(billed, lines, strict=True):
            line.order_line.invoiced += invoiced.quantity
            line.invoiced = invoiced.quantity
        request = receipt.order.request
        due = day + timedelta(days=supplier.terms)
        invoices.append(
            Invoice("", "payable", day, due, supplier.code, receipt.number, request.department, request.company, lines)
        )
    return _numbered(rng, invoices)


def receivables(seed: int, sales: list[Sale], companies: dict[str, str], last: date) -> list[Invoice]:
    """One invoice per delivery, nine to twelve days later, less what came back in the meantime.

    `companies` tells to whom a warehouse belongs, as the company that delivered sends the invoice.
    """
    rng = Random(f"{seed}/receivables")
    returned: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for sale in sales:
        if sale.source is not None:
            returned[sale.source.number] += [(line.material, line.quantity, line.amount or 0) for line in sale.lines]
    invoices: list[Invoice] = []
    for sale in sales:
        if sale.source is not None:
            continue
        day = next_workday(sale.day + timedelta(days=rng.randint(9, 12)))
        if day > last:
            continue
        lines: list[InvoiceLine] = []
        for line in sale.lines:
            if not line.amount:
                continue
            quantity, net = line.quantity, line.amount
            for material, back, amount in returned[sale.number]:
                if material == line.material:
                    quantity, net = quantity + back, net + amount
            if net > 0:
                lines.append(InvoiceLine(len(lines) + 1, line.material, quantity, line.price, net, line.tax_percent))
        if lines:
            due = day + timedelta(days=customers(seed)[sale.customer].terms)
            company = companies[sale.warehouse]
            invoices.append(
                Invoice("", "receivable", day, due, sale.customer, sale.number, sale.department, company, lines)
            )
    return _numbered(rng, invoices)


def _numbered(rng: Random, invoices: list[Invoice]) -> list[Invoice]:
    """Sorted by day, with the eight-digit numbers of paper invoices; some begin with zeros."""
    invoices.sort(key=lambda invoice: (invoice.day, invoice.source))
    number = rng.randint(400_000, 900_000)
    counters: dict[str, int] = defaultdict(int)
    for invoice in invoices:
        number += rng.randint(1, 9)
        invoice.number = f"{number:08d}"
        prefix = f"{'YF' if invoice.side == 'payable' else 'YS'}{invoice.day:%Y%m}"
        counters[prefix] += 1
        invoice.voucher = f"{prefix}{counters[prefix]:04d}"
    return invoices


class Cashier:
    """Pays or collects invoices and writes one payment line for each."""

    def __init__(self, rng: Random, invoices: list[Invoice], last: date) -> None:
        self.rng = rng
        self.last = last
        self.payments: list[Payment] = []
        self.amounts: dict[tuple[str, int], int] = defaultdict(int)
        for invoice in invoices:
            self.amounts[invoice.partner, invoice.gross] += 1

    def pay(self, invoice: Invoice, day: date, amount: int) -> None:
        """Note a payment unless it lies in the future; a nameless one only where its amount points to one invoice."""
        if day > self.last or amount <= 0:
            return
        whole = amount == invoice.gross and self.amounts[invoice.partner, amount] == 1
        nameless = whole and self.rng.random() < NAMELESS_SHARE
        reference = "" if nameless else invoice.number
        self.payments.append(
            Payment("", 1, invoice.side, day, invoice.partner, amount, reference, invoice, invoice.company)
        )
        invoice.paid += amount

    def twice(self, invoice: Invoice, day: date) -> None:
        """Pay an invoice that was paid already."""
        if day <= self.last:
            self.payments.append(
                Payment("", 1, invoice.side, day, invoice.partner, invoice.gross, invoice.number, None, invoice.company)
            )

    def settle(self, invoice: Invoice) -> date:
        """Pay an invoice when it is due, now and then in two parts or a few days late; returns the last day."""
        rng = self.rng
        day = invoice.due if is_workday(invoice.due) else before(invoice.due, 1)
        day = max(day, next_workday(invoice.day))
        chance = rng.random()
        if chance < LATE_SHARE and invoice.gross < SMALL:
            day = next_workday(invoice.due, rng.randint(2, 6))
        elif LATE_SHARE <= chance < LATE_SHARE + TWO_PARTS_SHARE:
            part = round(invoice.gross * rng.choice((0.3, 0.5, 0.7)))
            self.pay(invoice, max(next_workday(invoice.day), before(day, 2)), part)
            self.pay(invoice, day, invoice.gross - part)
            return day
        self.pay(invoice, day, invoice.gross)
        return day

    def numbered(self, prefix: str) -> list[Payment]:
        """Sorted; payments of a day and partner that name invoices share a document, others stand alone."""
        self.payments.sort(
            key=lambda payment: (payment.day, payment.partner, payment.company, payment.reference, payment.amount)
        )
        counters: dict[str, int] = defaultdict(int)
        known: dict[tuple[date, str, str], tuple[str, int]] = {}
        for payment in self.payments:
            place = payment.day, payment.partner, payment.company
            number, line = known.get(place, ("", 0))
            if not number or not payment.reference:
                key = f"{prefix}{payment.day:%Y%m}"
                counters[key] += 1
                number, line = f"{key}{counters[key]:04d}", 0
            if payment.reference:
                known[place] = number, line + 1
            payment.number, payment.line = number, line + 1
        return self.payments


def pay_suppliers(seed: int, invoices: list[Invoice], last: date) -> list[Payment]:
    """What suppliers were paid; for a time every second invoice of one was left, and the one before it paid twice."""
    cashier = Cashier(Random(f"{seed}/payments"), invoices, last)
    paid: Invoice | None = None
    for invoice in invoices:
        mixed_up = invoice.partner == stories.TWICE_SUPPLIER and stories.TWICE_FROM <= invoice.due < stories.TWICE_TO
        if mixed_up and paid is not None:
            cashier.twice(paid, max(next_workday(invoice.due), next_workday(paid.due, 1)))
            paid = None
            continue
        cashier.settle(invoice)
        paid = invoice if mixed_up else paid
    return cashier.numbered("FK")


def collect(seed: int, invoices: list[Invoice], last: date) -> list[Payment]:
    """What customers paid; one stops, one pays a little less than invoiced."""
    cashier = Cashier(Random(f"{seed}/collections"), invoices, last)
    for invoice in invoices:
        if invoice.partner == stories.MISSING_CUSTOMER and invoice.day >= stories.MISSING_FROM:
            continue
        if invoice.partner == stories.SHORT_CUSTOMER and invoice.day >= stories.SHORT_FROM:
            day = max(next_workday(invoice.day), next_workday(invoice.due))
            cashier.pay(invoice, day, round(invoice.gross * stories.SHORT_PAID))
            continue
        cashier.settle(invoice)
    return cashier.numbered("SK")
