"""The simulated company hangs together: every document follows from the one before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from sample_data.approvals import OPEN, PASSED, SENT_BACK
from sample_data.catalogue import DIVERGENT, EAST, NORTH, SOUTH
from sample_data.company import FIRST, LAST, NOW, Company
from sample_data.documents import tax_of
from sample_data.materials import SLOW, materials
from sample_data.stock import NEGATIVE


def test_size(company: Company) -> None:
    assert 2_300 < len(company.requests) < 2_900
    assert 13_000 < sum(len(request.events) for request in company.requests) < 18_000
    assert 8_000 < sum(len(sale.lines) for sale in company.sales) < 10_500
    assert 8_000 < sum(move.warehouse != NORTH for move in company.stock.movements) < 16_000


def test_document_numbers_are_unique(company: Company) -> None:
    kinds = (company.requests, company.orders, company.receipts, company.sales)
    for documents in kinds:
        numbers = [document.number for document in documents]
        assert len(numbers) == len(set(numbers))
    for invoices in (company.payables, company.receivables):
        assert (
            len({invoice.number for invoice in invoices})
            == len({invoice.voucher for invoice in invoices})
            == len(invoices)
        )
    for payments in (company.payments, company.collections):
        keys = [(payment.number, payment.line) for payment in payments]
        assert len(keys) == len(set(keys))


def test_a_document_has_one_day_and_one_partner(company: Company) -> None:
    heads: dict[str, set[tuple[date, str, str]]] = defaultdict(set)
    for move in company.stock.movements:
        heads[move.number].add((move.day, move.partner, move.warehouse))
    for payment in (*company.payments, *company.collections):
        heads[payment.number].add((payment.day, payment.partner, ""))
    assert [number for number, head in heads.items() if len(head) > 1] == []


def test_nothing_lies_in_the_future(company: Company) -> None:
    now = NOW.replace(tzinfo=None)
    assert all(
        event.arrived <= now and (event.acted or now) <= now for request in company.requests for event in request.events
    )
    for documents in (company.orders, company.receipts, company.sales, company.stock.movements, company.payables):
        assert all(FIRST <= document.day <= LAST for document in documents)
    for money in (company.payments, company.receivables, company.collections):
        assert all(FIRST <= item.day <= LAST for item in money)


def test_approvals_are_in_order(company: Company) -> None:
    for request in company.requests:
        acted = [event for event in request.events if event.acted is not None]
        assert acted[0].action == "提交" and acted[0].acted == request.submitted
        assert all(event.arrived <= event.acted for event in acted if event.acted)
        waiting = [event for event in request.events if event.acted is None]
        assert all(event.action == OPEN for event in waiting)
        if request.status == PASSED:
            agreed = [event.acted for event in acted if event.action in ("同意", "会签同意") and event.acted]
            assert not waiting and max(agreed) == request.final
        else:
            assert request.final is None
            assert bool(waiting) == (request.status == "审批中")
    statuses = Counter(request.status for request in company.requests)
    assert statuses["审批中"] >= 10 and statuses[SENT_BACK] >= 1 and statuses["审批不通过"] >= 20


def test_orders_follow_approved_requests(company: Company) -> None:
    early = 0
    for order in company.orders:
        final = order.request.final
        assert final is not None
        early += order.day < final.date()
        assert [(line.material, line.quantity) for line in order.lines] == [
            (line.material, line.quantity) for line in order.request.lines
        ]
    assert 0 < early < len(company.orders) * 0.05, "a few orders were placed before they were approved"


def test_received_is_not_more_than_ordered_and_invoiced_not_more_than_received(company: Company) -> None:
    received: dict[tuple[str, int], int] = defaultdict(int)
    for receipt in company.receipts:
        assert receipt.day >= receipt.order.day
        for line in receipt.lines:
            assert line.quantity + line.rejected == line.expected
            received[receipt.order.number, line.order_line.number] += line.quantity
    invoiced: dict[tuple[str, int], int] = defaultdict(int)
    for invoice in company.payables:
        for bill in invoice.lines:
            invoiced[bill.order, bill.order_line] += bill.quantity
    ordered = {(order.number, line.number): line.quantity for order in company.orders for line in order.lines}
    assert all(quantity <= ordered[key] for key, quantity in received.items())
    assert all(quantity <= received[key] for key, quantity in invoiced.items())
    assert sum(received.values()) > sum(invoiced.values()) > 0.9 * sum(received.values())


def test_prices_differ_at_one_supplier_only(company: Company) -> None:
    agreed = {(order.number, line.number): line.price for order in company.orders for line in order.lines}
    odd = {
        invoice.partner
        for invoice in company.payables
        for line in invoice.lines
        if line.price != agreed[line.order, line.order_line]
    }
    assert odd == {DIVERGENT}


def test_payments_never_exceed_invoices(company: Company) -> None:
    for invoices, payments in ((company.payables, company.payments), (company.receivables, company.collections)):
        paid: dict[str, int] = defaultdict(int)
        for payment in payments:
            if payment.invoice is not None:
                assert payment.partner == payment.invoice.partner and payment.day >= payment.invoice.day
                assert payment.reference in ("", payment.invoice.number)
                paid[payment.invoice.number] += payment.amount
        states = Counter(
            "full" if paid[invoice.number] == invoice.gross else "part" if paid[invoice.number] else "open"
            for invoice in invoices
        )
        assert all(paid[invoice.number] == invoice.paid <= invoice.gross for invoice in invoices)
        assert min(states["full"], states["part"], states["open"]) > 20


def test_nameless_payments_point_to_one_invoice(company: Company) -> None:
    for invoices, payments in ((company.payables, company.payments), (company.receivables, company.collections)):
        nameless = [payment for payment in payments if not payment.reference and payment.invoice is not None]
        assert len(nameless) > 100
        amounts = Counter((payment.partner, payment.amount) for payment in payments if not payment.reference)
        gross = Counter((invoice.partner, invoice.gross) for invoice in invoices)
        lines = Counter(payment.number for payment in payments)
        for payment in nameless:
            assert payment.invoice is not None and payment.amount == payment.invoice.gross
            assert amounts[payment.partner, payment.amount] == gross[payment.partner, payment.amount] == 1
            assert lines[payment.number] == 1 and (payment.day - payment.invoice.day).days <= 75


def test_stock_agrees_with_receipts_and_sales(company: Company) -> None:
    moved: dict[tuple[str, str], int] = defaultdict(int)
    for move in company.stock.movements:
        moved[move.kind, move.number] += move.quantity
    for receipt in company.receipts:
        if receipt.warehouse:
            assert moved["采购入库", receipt.number] == sum(line.quantity for line in receipt.lines)
    for sale in company.sales:
        goods = sum(line.quantity for line in sale.lines if materials()[line.material].use != "service")
        kind = "销售退货" if sale.source else "销售出库"
        assert moved[kind, sale.number] == -goods
        assert all((line.cost is None) == (materials()[line.material].use == "service") for line in sale.lines)
    assert sum(quantity for (kind, _), quantity in moved.items() if kind.startswith("调拨")) <= 0, (
        "goods are on the road"
    )


def test_stock_is_never_negative_but_once(company: Company) -> None:
    held = {position: balance.quantity for position, balance in company.stock.opening.items()}
    below: Counter[tuple[str, str]] = Counter()
    days: dict[tuple[str, str], date] = {}
    for move in company.stock.movements:
        position = move.material, move.warehouse
        if days.get(position, move.day) != move.day and held[position] < 0:
            below[position] += 1
        held[position] += move.quantity
        days[position] = move.day
    assert set(below) == {NEGATIVE}
    assert held == {position: balance.quantity for position, balance in company.stock.closing.items()}
    assert all(balance.value >= 0 for balance in company.stock.at(LAST).values())


def test_returns_are_part_of_an_earlier_delivery(company: Company) -> None:
    for sale in company.sales:
        if sale.source is not None:
            assert sale.day > sale.source.day and sale.customer == sale.source.customer
            bought = {line.material: line.quantity for line in sale.source.lines}
            assert all(0 < -line.quantity <= bought[line.material] for line in sale.lines)


def test_slow_stock_lies_in_the_south(company: Company) -> None:
    last = {}
    for move in company.stock.movements:
        if move.material in SLOW and move.quantity < 0 and move.kind == "材料出库":
            assert move.warehouse == SOUTH
            last[move.material] = move.day
    assert set(last) == set(SLOW) and all(LAST - day > timedelta(days=180) for day in last.values())
    at_end = company.stock.at(LAST)
    slow = sum(at_end[code, SOUTH].value for code in SLOW)
    south = sum(balance.value for (_, warehouse), balance in at_end.items() if warehouse == SOUTH)
    assert slow / south > 0.1


def test_raw_materials_stay_at_the_factory(company: Company) -> None:
    assert {warehouse for code, warehouse in company.stock.opening if materials()[code].use == "raw"} == {EAST}


def test_tax_rounds_away_from_zero() -> None:
    assert tax_of(50, 13) == 7
    assert tax_of(-50, 13) == -7
    assert tax_of(100_00, 13) == 13_00
