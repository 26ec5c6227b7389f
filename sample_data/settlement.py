"""Invoices and the money that follows: supplier invoices for receipts, customer invoices for deliveries, payments."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from sample_data.catalogue import DIVERGENT, customers, suppliers
from sample_data.documents import Invoice, InvoiceLine, Payment, Receipt, Sale
from sample_data.workdays import next_workday

PAY_DAY = 3  # suppliers are paid on Thursdays
NAMELESS_SHARE = 0.11  # payments whose text names no invoice but whose amount is exactly the invoice's


def payables(seed: int, receipts: list[Receipt], last: date) -> list[Invoice]:
    """One invoice per receipt, some days later; a few never came, and one supplier bills more than was agreed."""
    rng = Random(f"{seed}/payables")
    invoices: list[Invoice] = []
    for receipt in receipts:
        supplier = suppliers()[receipt.order.supplier]
        odd = supplier.code == DIVERGENT
        day = next_workday(receipt.day + timedelta(days=rng.randint(2, 16)))
        missing = rng.random() < (0.10 if odd else 0.012)
        lines = []
        for place, line in enumerate((line for line in receipt.lines if line.quantity), 1):
            order_line = line.order_line
            price = order_line.price
            if odd and rng.random() < 0.34:
                price = round(price * rng.uniform(1.03, 1.09))
            lines.append(
                InvoiceLine(
                    place,
                    order_line.material,
                    line.quantity,
                    price,
                    line.quantity * price,
                    order_line.tax_percent,
                    receipt.order.number,
                    order_line.number,
                )
            )
        if missing or not lines or day > last:
            continue
        for line, invoiced in zip((line for line in receipt.lines if line.quantity), lines, strict=True):
            line.order_line.invoiced += invoiced.quantity
        invoices.append(
            Invoice(
                "",
                "payable",
                day,
                day + timedelta(days=supplier.terms),
                supplier.code,
                receipt.number,
                receipt.order.request.department,
                lines,
            )
        )
    return _numbered(rng, invoices)


def receivables(seed: int, sales: list[Sale], last: date) -> list[Invoice]:
    """One invoice per delivery, nine to fourteen days later, less what came back in the meantime."""
    rng = Random(f"{seed}/receivables")
    returned: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for sale in sales:
        if sale.source is not None:
            returned[sale.source.number] += [(line.material, line.quantity, line.amount or 0) for line in sale.lines]
    invoices: list[Invoice] = []
    for sale in sales:
        day = next_workday(sale.day + timedelta(days=rng.randint(9, 14)))
        if sale.source is not None or day > last:
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
            invoices.append(Invoice("", "receivable", day, due, sale.customer, sale.number, sale.department, lines))
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

    def __init__(self, rng: Random, last: date) -> None:
        self.rng = rng
        self.last = last
        self.payments: list[Payment] = []
        self.amounts: dict[tuple[str, int], int] = defaultdict(int)

    def learn(self, invoices: list[Invoice]) -> None:
        for invoice in invoices:
            self.amounts[invoice.partner, invoice.gross] += 1

    def pay(self, invoice: Invoice, day: date, amount: int) -> None:
        """Note a payment unless it lies in the future; a nameless one only where its amount points to one invoice."""
        if day > self.last or amount <= 0:
            return
        whole = amount == invoice.gross and self.amounts[invoice.partner, amount] == 1
        nameless = whole and (day - invoice.day).days <= 75 and self.rng.random() < NAMELESS_SHARE
        reference = "" if nameless else invoice.number
        self.payments.append(Payment("", 1, invoice.side, day, invoice.partner, amount, reference, invoice))
        invoice.paid += amount

    def numbered(self, prefix: str) -> list[Payment]:
        """Sorted; payments of a day and partner that name invoices share a document, others stand alone."""
        self.payments.sort(key=lambda payment: (payment.day, payment.partner, payment.reference, payment.amount))
        counters: dict[str, int] = defaultdict(int)
        known: dict[tuple[date, str], tuple[str, int]] = {}
        for payment in self.payments:
            number, line = known.get((payment.day, payment.partner), ("", 0))
            if not number or not payment.reference:
                key = f"{prefix}{payment.day:%Y%m}"
                counters[key] += 1
                number, line = f"{key}{counters[key]:04d}", 0
            if payment.reference:
                known[payment.day, payment.partner] = number, line + 1
            payment.number, payment.line = number, line + 1
        return self.payments


def pay_suppliers(seed: int, invoices: list[Invoice], last: date) -> list[Payment]:
    """The weekly payment run: due invoices on the next Thursday, some in two parts, a few withheld."""
    rng = Random(f"{seed}/payments")
    cashier = Cashier(rng, last)
    cashier.learn(invoices)
    for invoice in invoices:
        day = invoice.due + timedelta(days=rng.choice((0, 0, 0, 0, 7, 7, 21)))
        day = next_workday(day + timedelta(days=(PAY_DAY - day.weekday()) % 7))
        chance = rng.random()
        if chance < 0.012 or (invoice.partner == DIVERGENT and chance < 0.12):
            continue
        if chance < 0.15:
            part = round(invoice.gross * rng.choice((0.3, 0.5, 0.7)))
            cashier.pay(invoice, day, part)
            if rng.random() < 0.85:
                cashier.pay(invoice, next_workday(day + timedelta(days=28)), invoice.gross - part)
        else:
            cashier.pay(invoice, day, invoice.gross)
    return cashier.numbered("FK")


def collect(seed: int, invoices: list[Invoice], last: date) -> list[Payment]:
    """What customers paid: punctual, late, in parts, or not yet; now and then money nobody can place."""
    rng = Random(f"{seed}/collections")
    cashier = Cashier(rng, last)
    cashier.learn(invoices)
    for invoice in invoices:
        customer = customers(seed)[invoice.partner]
        delay = round((rng.lognormvariate(1.6, 0.8) - 4) * customer.punctual)
        day = next_workday(invoice.due + timedelta(days=delay))
        chance = rng.random()
        if chance < (0.025 if customer.punctual > 2 else 0.006):
            continue
        if chance < 0.12:
            part = round(invoice.gross * rng.choice((0.3, 0.5, 0.9)))
            cashier.pay(invoice, day, part)
            if rng.random() < 0.8:
                cashier.pay(invoice, next_workday(day + timedelta(days=rng.randint(10, 45))), invoice.gross - part)
        else:
            cashier.pay(invoice, day, invoice.gross)
        if rng.random() < 0.006:
            day = next_workday(day + timedelta(days=3))
            if day <= last:
                odd = rng.randint(200_000, 9_000_000) // 1000 * 1000
                cashier.payments.append(Payment("", 1, "receivable", day, invoice.partner, odd, "", None))
    return cashier.numbered("SK")
