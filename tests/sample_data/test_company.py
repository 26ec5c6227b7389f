"""The simulated company hangs together: every document follows from the one before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from sample_data import stories
from sample_data.approvals import OPEN, PASSED, SENT_BACK
from sample_data.catalogue import DEPARTMENTS, EAST, JOURNALS, OWNER, REGIONS, SOUTH, WAREHOUSES, suppliers
from sample_data.company import FIRST, LAST, NOW, Company
from sample_data.documents import tax_of
from sample_data.materials import materials


def test_size(company: Company) -> None:
    assert len(materials()) == 2_000
    assert 11_000 < len(company.requests) < 13_000 and 11_000 < len(company.orders) < 13_000
    assert 48_000 < sum(len(request.events) for request in company.requests) < 60_000
    assert 55_000 < sum(len(sale.lines) for sale in company.sales) < 65_000
    assert 145_000 < sum(move.warehouse in JOURNALS for move in company.stock.movements) < 165_000
    assert 18_000 < len(company.payables) + len(company.receivables) < 22_500
    assert (len(set(OWNER.values())), len(DEPARTMENTS), len(WAREHOUSES), len(REGIONS)) == (2, 6, 4, 5)


def test_each_document_belongs_to_the_company_of_its_department_or_warehouse(company: Company) -> None:
    owners = {department.name: department.company for department in DEPARTMENTS}
    assert all(owners[sale.department] == OWNER[sale.warehouse] for sale in company.sales)
    for receipt in company.receipts:
        assert receipt.warehouse == "" or OWNER[receipt.warehouse] == receipt.order.request.company
    for invoice in (*company.payables, *company.receivables):
        assert invoice.company == owners[invoice.department]
    for payment in (*company.payments, *company.collections):
        assert payment.invoice is None or payment.company == payment.invoice.company


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
        heads[payment.number].add((payment.day, payment.partner, payment.company))
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
    assert 0 < early < len(company.orders) * 0.02, "a few orders were placed before they were approved"


def test_received_is_not_more_than_ordered_and_invoiced_not_more_than_received(company: Company) -> None:
    received: dict[tuple[str, int], int] = defaultdict(int)
    for receipt in company.receipts:
        assert receipt.day >= receipt.order.day
        for line in receipt.lines:
            assert line.quantity + line.rejected == line.expected and line.invoiced in (0, line.quantity)
            received[receipt.order.number, line.order_line.number] += line.quantity
    invoiced: dict[tuple[str, int], int] = defaultdict(int)
    for invoice in company.payables:
        for bill in invoice.lines:
            invoiced[bill.order, bill.order_line] += bill.quantity
    ordered = {(order.number, line.number): line.quantity for order in company.orders for line in order.lines}
    assert all(quantity <= ordered[key] for key, quantity in received.items())
    assert all(quantity <= received[key] for key, quantity in invoiced.items())
    assert sum(received.values()) > sum(invoiced.values()) > 0.98 * sum(received.values())
    for order in company.orders:
        for asked in order.lines:
            key = order.number, asked.number
            assert (asked.received, asked.invoiced) == (received[key], invoiced[key])


def test_every_receipt_is_invoiced_at_the_agreed_price(company: Company) -> None:
    agreed = {(order.number, line.number): line.price for order in company.orders for line in order.lines}
    for invoice in company.payables:
        assert all(line.price == agreed[line.order, line.order_line] for line in invoice.lines)
    billed = {invoice.source for invoice in company.payables}
    open_ = [receipt for receipt in company.receipts if receipt.number not in billed]
    assert open_ and all(LAST - receipt.day < timedelta(days=14) for receipt in open_ if receipt.lines[0].quantity)


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
        assert min(states["full"], states["open"]) > 20


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
            assert lines[payment.number] == 1 and 0 <= (payment.day - payment.invoice.day).days <= 45


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


def test_stock_is_negative_only_where_issues_were_booked_wrong(company: Company) -> None:
    held = {position: balance.quantity for position, balance in company.stock.opening.items()}
    assert all(quantity >= 0 for quantity in held.values())
    below: dict[tuple[str, str], list[date]] = defaultdict(list)
    for move in company.stock.movements:
        position = move.material, move.warehouse
        held[position] += move.quantity
        if held[position] < 0:
            below[position].append(move.day)
    assert len(below) == stories.NEGATIVE_COUNT and {place for _, place in below} == {stories.NEGATIVE_WAREHOUSE}
    assert all(min(days) >= stories.NEGATIVE_FROM for days in below.values())
    assert held == {position: balance.quantity for position, balance in company.stock.closing.items()}
    assert {position for position, quantity in held.items() if quantity < 0} == set(below)
    values = {position: balance.value for position, balance in company.stock.at(LAST).items()}
    assert all(value >= 0 for position, value in values.items() if position not in below)


def test_returns_are_part_of_an_earlier_delivery(company: Company) -> None:
    for sale in company.sales:
        if sale.source is not None:
            assert sale.day > sale.source.day and sale.customer == sale.source.customer
            bought = {line.material: line.quantity for line in sale.source.lines}
            assert all(0 < -line.quantity <= bought[line.material] for line in sale.lines)


def test_orders_are_confirmed_before_they_are_promised_and_shipped(company: Company) -> None:
    late = lines = 0
    for sale in company.sales:
        if sale.source is None:
            assert sale.confirmed is not None and sale.shipped is not None
            assert sale.confirmed < sale.shipped and sale.shipped.date() == sale.day
            for line in sale.lines:
                assert line.promised is not None and sale.confirmed.date() <= line.promised
                late += sale.day > line.promised
                lines += 1
    assert 0.005 < late / lines < 0.02
    assert {supplier.terms for supplier in suppliers().values()} <= set(range(31))


def test_raw_materials_stay_at_the_factory_and_packaging_in_the_south(company: Company) -> None:
    assert {warehouse for code, warehouse in company.stock.opening if materials()[code].use == "raw"} == {EAST}
    local = {warehouse for code, warehouse in company.stock.opening if materials()[code].use == "local"}
    assert local == {SOUTH}


def test_tax_rounds_away_from_zero() -> None:
    assert tax_of(50, 13) == 7
    assert tax_of(-50, 13) == -7
    assert tax_of(100_00, 13) == 13_00
