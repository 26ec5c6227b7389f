"""Known figures of the sample company, worked out from the simulated documents in plain Python.

Nothing of the cockpit takes part, so that a test can put the cockpit's numbers beside these. Money is yuan with two
decimals as `Decimal`, shares are fractions, times are working hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import floor

import chinese_calendar

from sample_data import stories
from sample_data.catalogue import WEST
from sample_data.company import Company
from sample_data.documents import Invoice, Movement, Payment, Request, Sale

CONSUMED = ("销售出库", "销售退货", "生产领料", "材料出库")


def working_seconds(start: datetime, end: datetime) -> int:
    """Working seconds between two wall times in China: 09:00-12:00 and 13:00-18:00 on official working days."""
    total = 0
    day = start.date()
    while day <= end.date():
        if chinese_calendar.is_workday(day):
            for opens, closes in ((time(9), time(12)), (time(13), time(18))):
                begin = max(start, datetime.combine(day, opens))
                stop = min(end, datetime.combine(day, closes))
                total += max(0, int((stop - begin).total_seconds()))
        day += timedelta(days=1)
    return total


def quantile(values: Iterable[float], share: float) -> float:
    """The quantile by linear interpolation between the two nearest values; ValueError where there are none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True)
class Cycle:
    """How long approved requests took: median, 90 % quantile and mean in working hours, and how many they are."""

    median: float
    p90: float
    mean: float
    count: int


def _hours(request: Request) -> float:
    """First submission to the last approval of a passed request, read from its acts."""
    submitted = min(event.acted for event in request.events if event.action == "提交" and event.acted)
    approved = [event.acted for event in request.events if event.action in ("同意", "会签同意") and event.acted]
    return working_seconds(submitted, max(approved)) / 3600


def cycle(company: Company, start: date, end: date, department: str | None = None) -> Cycle:
    """Approval time of the requests finally approved from `start` up to but without `end`."""
    hours = [
        _hours(request)
        for request in company.requests
        if request.status == "审批通过"
        and request.final is not None
        and start <= request.final.date() < end
        and department in (None, request.department)
    ]
    return Cycle(quantile(hours, 0.5), quantile(hours, 0.9), sum(hours) / len(hours), len(hours))


def monthly_cycles(company: Company) -> dict[str, Cycle]:
    """Approval time by month of the final approval, ``2025-03`` -> figures."""
    return {f"{month:%Y-%m}": cycle(company, month, later) for month, later in months(company)}


def months(company: Company) -> list[tuple[date, date]]:
    """First day of each month with data and of the month after."""
    last = max(sale.day for sale in company.sales)
    found = []
    month = stories.FIRST
    while month <= last:
        later = (month + timedelta(days=31)).replace(day=1)
        found.append((month, later))
        month = later
    return found


def outcomes(company: Company) -> dict[str, int]:
    """Number of requests by the state they are in at the end."""
    counts: dict[str, int] = defaultdict(int)
    for request in company.requests:
        counts[request.status] += 1
    return dict(counts)


# Acts by which somebody at a node deals with a request.
HANDLED = ("同意", "会签同意", "不同意", "退回", "转交", "加签")


def rework(company: Company, start: date, end: date) -> tuple[int, int]:
    """Requests decided from `start` up to but without `end`, and those of them that were sent back or refused."""
    back = decided = 0
    for request in company.requests:
        if request.status not in ("审批通过", "审批不通过"):
            continue
        acts = [event for event in request.events if event.action in HANDLED and event.acted]
        last = max(event.acted for event in acts if event.acted)
        if start <= last.date() < end:
            decided += 1
            back += any(event.action in ("退回", "不同意") for event in acts)
    return back, decided


def backlog(company: Company, day: date) -> int:
    """Acts that had arrived by the end of `day` and were not done then."""
    return sum(
        event.arrived.date() <= day and (event.acted is None or event.acted.date() > day)
        for request in company.requests
        for event in request.events
        if event.action in (*HANDLED, "待处理")
    )


def purchases(company: Company, start: date, end: date) -> Decimal:
    """Net amount ordered from `start` up to but without `end`."""
    return _yuan(sum(line.net for order in company.orders if start <= order.day < end for line in order.lines))


def ordered_too_early(company: Company, start: date, end: date) -> tuple[int, int]:
    """Order lines from `start` up to but without `end`, and those of them placed before the request was approved."""
    orders = [order for order in company.orders if start <= order.day < end and order.request.final]
    early = [order for order in orders if order.request.final and order.day < order.request.final.date()]
    return sum(len(order.lines) for order in early), sum(len(order.lines) for order in orders)


def short_lines(company: Company, start: date, end: date) -> tuple[int, int]:
    """Order lines due from `start` up to but without `end`, and those of them of which too few were accepted."""
    accepted: dict[int, int] = defaultdict(int)
    for receipt in company.receipts:
        for line in receipt.lines:
            accepted[id(line.order_line)] += line.quantity
    due = [line for order in company.orders for line in order.lines if start <= line.due < end]
    return sum(accepted[id(line)] < line.quantity for line in due), len(due)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _within(sales: Iterable[Sale], start: date, end: date) -> list[Sale]:
    return [sale for sale in sales if start <= sale.day < end]


def revenue(company: Company, start: date, end: date, department: str | None = None) -> Decimal:
    """Net amount of deliveries less returns from `start` up to but without `end`."""
    sales = _within(company.sales, start, end)
    return _yuan(
        sum(line.amount or 0 for sale in sales if department in (None, sale.department) for line in sale.lines)
    )


def monthly_revenue(company: Company) -> dict[str, Decimal]:
    """Net revenue by month, ``2025-03`` -> yuan; the last month ends with the data."""
    return {f"{month:%Y-%m}": revenue(company, month, later) for month, later in months(company)}


def lines_without_amount(company: Company, start: date, end: date) -> int:
    """Delivery lines nobody typed an amount for."""
    return sum(line.amount is None for sale in _within(company.sales, start, end) for line in sale.lines)


def growth(company: Company, start: date, end: date) -> Decimal:
    """Net revenue against the same days a year earlier, less one."""
    earlier = revenue(company, start.replace(year=start.year - 1), end.replace(year=end.year - 1))
    return revenue(company, start, end) / earlier - 1


def margin(company: Company, start: date, end: date) -> Decimal:
    """(Revenue - cost) / revenue over the lines that have both."""
    lines = [line for sale in _within(company.sales, start, end) for line in sale.lines]
    pairs = [(line.amount, line.cost) for line in lines if line.amount is not None and line.cost is not None]
    total = sum(amount for amount, _ in pairs)
    return Decimal(total - sum(cost for _, cost in pairs)) / total


@dataclass(frozen=True)
class Reconciled:
    """What is settled of one side's invoices on a day: allocated and total with tax, and how many fully of how many."""

    allocated: Decimal
    total: Decimal
    full: int
    count: int

    @property
    def rate(self) -> Decimal:
        return self.allocated / self.total


def reconciled(invoices: list[Invoice], payments: list[Payment], day: date) -> Reconciled:
    """Invoices dated on or before `day` against the payments dated on or before it that belong to them."""
    paid: dict[str, int] = defaultdict(int)
    for payment in payments:
        if payment.day <= day and payment.invoice is not None:
            paid[payment.invoice.number] += payment.amount
    issued = [invoice for invoice in invoices if invoice.day <= day]
    full = sum(paid[invoice.number] == invoice.gross for invoice in issued)
    allocated = sum(paid[invoice.number] for invoice in issued)
    return Reconciled(_yuan(allocated), _yuan(sum(invoice.gross for invoice in issued)), full, len(issued))


def overdue(invoices: list[Invoice], payments: list[Payment], day: date) -> Decimal:
    """Open amount with tax of invoices whose due day lies before `day`."""
    paid: dict[str, int] = defaultdict(int)
    for payment in payments:
        if payment.day <= day and payment.invoice is not None:
            paid[payment.invoice.number] += payment.amount
    return _yuan(
        sum(invoice.gross - paid[invoice.number] for invoice in invoices if invoice.day <= day and invoice.due < day)
    )


@dataclass(frozen=True)
class Turnover:
    """Average stock, consumption and days they last, by value in yuan or by quantity in units."""

    average: Decimal
    consumption: Decimal
    days: Decimal


def turnover(
    company: Company,
    start: date,
    end: date,
    material: str | None = None,
    warehouse: str | None = None,
    basis: str = "value",
) -> Turnover:
    """Mean of the stock at the end of each day / consumption × days, from the movements of the journals.

    From `start` up to but without `end`; the west, which sends only summaries, takes no part unless it is named:
    then the average is that of the two ends and consumption is all that went out.
    """
    if warehouse == WEST:
        return _summary_turnover(company, start, end, material, basis)
    length = (end - start).days
    cards: dict[tuple[str, str], list[Movement]] = {
        position: []
        for position in company.stock.opening
        if position[1] != WEST and material in (None, position[0]) and warehouse in (None, position[1])
    }
    for move in company.stock.movements:
        if move.day < end and (move.material, move.warehouse) in cards:
            cards[move.material, move.warehouse].append(move)
    total = used = 0
    for position, moves in cards.items():
        held = company.stock.opening[position]
        earlier = [move for move in moves if move.day < start]
        ends = [
            (held.quantity + sum(m.quantity for m in some), held.value + sum(m.value or 0 for m in some))
            for some in (earlier, moves)
        ]
        if basis == "value" and min(min(pair) for pair in ends) < 0:
            continue  # by value, what stands below zero at either end is set apart
        total += (held.value if basis == "value" else held.quantity) * length
        for move in moves:
            change = (move.value or 0) if basis == "value" else move.quantity
            total += change * min(length, (end - move.day).days)
            if move.day >= start and move.kind in CONSUMED:
                used -= change
    unit = 100 if basis == "value" else 1
    average = Decimal(total) / length / unit
    return Turnover(average, Decimal(used) / unit, average / (Decimal(used) / unit) * length)


def _summary_turnover(company: Company, start: date, end: date, material: str | None, basis: str) -> Turnover:
    """The west by its monthly cards: average of opening and closing, all that went out and did not return."""
    moves = [move for move in company.stock.movements if move.warehouse == WEST and material in (None, move.material)]
    value = basis == "value"
    level = sum(
        balance.value if value else balance.quantity
        for (code, place), balance in company.stock.opening.items()
        if place == WEST and material in (None, code)
    )
    changes = [(move.day, move.kind, (move.value or 0) if value else move.quantity) for move in moves]
    opening = level + sum(change for day, _, change in changes if day < start)
    closing = level + sum(change for day, _, change in changes if day < end)
    used = -sum(change for day, kind, change in changes if start <= day < end and (change < 0 or kind == "销售退货"))
    unit = 100 if value else 1
    average = Decimal(opening + closing) / 2 / unit
    return Turnover(average, Decimal(used) / unit, average / (Decimal(used) / unit) * (end - start).days)
