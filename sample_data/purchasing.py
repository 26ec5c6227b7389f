"""From need to goods: purchase requests, orders, receipts, and the stock movements they cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from sample_data.approvals import PASSED, approve
from sample_data.catalogue import (
    BUYERS,
    DIVERGENT,
    EAST,
    PRODUCTION,
    REQUESTERS,
    RESEARCH,
    SOUTH,
    SUPPLY,
    Partner,
    suppliers,
)
from sample_data.demand import weight
from sample_data.documents import Movement, Order, OrderLine, Receipt, ReceiptLine, Request, RequestLine
from sample_data.materials import COPPER, MONTHLY_USE, SLOW, materials
from sample_data.production import RECEIPT
from sample_data.workdays import next_workday, workdays

TRANCHE_DAYS = 8  # working days between two requests to one supplier
LEAD = timedelta(days=26)  # from request to the need it covers
# Share of expense requests, median amount in yuan, what is asked for.
ASKERS = {
    RESEARCH: (0.27, 150_000, ("研发试制", "软件服务", "检测服务", "信息设备")),
    PRODUCTION: (0.17, 42_000, ("工装模具", "劳保用品", "设备备件")),
    "设备工程部": (0.18, 36_000, ("设备备件",)),
    "信息技术部": (0.11, 52_000, ("信息设备", "软件服务")),
    "市场部": (0.10, 46_000, ("市场活动",)),
    "行政部": (0.11, 6_000, ("办公用品", "劳保用品")),
    "质量部": (0.06, 14_000, ("检测服务",)),
}
REQUESTS_PER_DAY = 3.1
SAFETY = 1.02  # what is refused or never delivered is ordered on top
STOPPED_BUYING = date(2026, 5, 20)  # when somebody noticed that the old packaging is no longer needed


def price_level(code: str, day: date) -> float:
    """Purchase price against the standard cost: copper climbs from May 2026 on, the rest creeps."""
    months = (day.year - 2025) * 12 + day.month - 1
    level = 1 + 0.0006 * months
    if code in COPPER:
        level += max(0, months - 16) * 0.032
    return level


class Purchasing:
    """Runs the chain for one request after the other; collects what it produced."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.seed = seed
        self.now = now
        self.requests: list[Request] = []
        self.orders: list[Order] = []
        self.receipts: list[Receipt] = []

    def moment(self, rng: Random, day: date) -> datetime:
        """When somebody submits on a working day; most before noon and after three."""
        hour, minute = (
            rng.choices((9, 10, 11, 13, 14, 15, 16, 17), (12, 16, 12, 6, 10, 14, 18, 12))[0],
            rng.randint(0, 59),
        )
        return datetime.combine(day, time(hour, minute, rng.randint(0, 59)))

    def stock_requests(self, needs: dict[str, dict[date, int]], first: date) -> Iterator[Request]:
        """One request per supplier and tranche for what production and trade will need."""
        rng = Random(f"{self.seed}/stock requests")
        for place, supplier in enumerate(code for code in suppliers() if code < "V02"):
            days = workdays(first, self.now.date() + timedelta(days=40))[place % TRANCHE_DAYS :: TRANCHE_DAYS]
            for day, later in pairwise(days):
                if day > self.now.date():
                    break
                for warehouse in (EAST, SOUTH):
                    lines = [
                        RequestLine(
                            item.code,
                            quantity,
                            round(item.cost * price_level(item.code, day) * rng.uniform(0.985, 1.02)),
                        )
                        for item in materials().values()
                        if item.supplier == supplier
                        and (item.use == "local") == (warehouse == SOUTH)
                        and (quantity := self.wanted(rng, item.code, needs, day, later)) > 0
                    ]
                    if lines:
                        asker = SUPPLY if supplier in ("V0112", "V0113", "V0114") else PRODUCTION
                        if warehouse == SOUTH:
                            asker = "设备工程部" if lines[0].material.startswith("B32") else PRODUCTION
                        yield Request(
                            "",
                            self.moment(rng, day),
                            asker,
                            rng.choice(REQUESTERS[asker]),
                            materials()[lines[0].material].category,
                            supplier,
                            warehouse,
                            lines,
                        )

    def wanted(self, rng: Random, code: str, needs: dict[str, dict[date, int]], day: date, later: date) -> int:
        """Quantity to ask for in the tranche between `day` and `later`, in round numbers."""
        if code in MONTHLY_USE:
            if code in SLOW and day > STOPPED_BUYING:
                return 0
            # Old packaging and spare parts were bought generously even after they were no longer used.
            wanted = MONTHLY_USE[code] * (later - day).days / 30.4 * (1.25 if code in SLOW else 1.0)
            if code in SLOW and day >= date(2026, 3, 1):
                wanted *= 1.4
            return round(wanted) if rng.random() < 0.97 else 0
        wanted = sum(quantity for need, quantity in needs.get(code, {}).items() if day + LEAD <= need < later + LEAD)
        wanted = round(wanted * SAFETY)
        step = int(10 ** max(0, len(str(wanted)) - 2))
        return -(-wanted // step) * step

    def expense_requests(self, first: date) -> Iterator[Request]:
        """What departments need for themselves: never stocked."""
        rng = Random(f"{self.seed}/expense requests")
        choices = {
            category: [item for item in materials().values() if item.use == "expense" and item.category == category]
            for _, _, categories in ASKERS.values()
            for category in categories
        }
        sellers = {
            category: [code for code, partner in suppliers().items() if partner.category == category]
            for category in choices
        }
        for day in workdays(first, self.now.date() + timedelta(days=1)):
            expected = REQUESTS_PER_DAY * min(1.2, 0.3 + 0.7 * weight(day, PRODUCTION))
            for _ in range(int(expected) + (rng.random() < expected % 1)):
                asker = rng.choices(tuple(ASKERS), [share for share, _, _ in ASKERS.values()])[0]
                _, median, categories = ASKERS[asker]
                category = rng.choice(categories)
                amount = median * rng.lognormvariate(0, 0.95) * 100
                count = rng.choices((1, 2, 3), (60, 28, 12))[0]
                lines = []
                for item in rng.sample(choices[category], min(count, len(choices[category]))):
                    price = max(100, round(item.cost * rng.uniform(0.85, 1.2) / 1000) * 1000)
                    lines.append(RequestLine(item.code, max(1, round(amount / count / price)), price))
                yield Request(
                    "",
                    self.moment(rng, day),
                    asker,
                    rng.choice(REQUESTERS[asker]),
                    category,
                    rng.choice(sellers[category]),
                    "",
                    lines,
                )

    def run(self, needs: dict[str, dict[date, int]], first: date) -> None:
        """All requests in the order of their submission, each with its order and receipts."""
        found = sorted(
            [*self.stock_requests(needs, first), *self.expense_requests(first)], key=lambda request: request.submitted
        )
        self.requests = [request for request in found if request.submitted <= self.now]
        counters: dict[str, int] = defaultdict(int)
        for request in self.requests:
            prefix = f"CG-{request.submitted:%Y%m}"
            counters[prefix] += 1
            request.number = f"{prefix}-{counters[prefix]:03d}"
            approve(self.seed, request, self.now)
            rng = Random(f"{self.seed}/order/{request.number}")
            if request.status == PASSED and rng.random() > (0.0 if request.warehouse else 0.015):
                self.order(rng, request)
        self.orders.sort(key=lambda order: (order.day, order.request.number))
        for place, order in enumerate(self.orders, 1):
            order.number = f"PO{order.day:%y}{place:06d}"
        self.receipts.sort(key=lambda receipt: (receipt.day, receipt.order.number))
        for place, receipt in enumerate(self.receipts, 1):
            receipt.number = f"RK{receipt.day:%Y%m}{place:05d}"

    def order(self, rng: Random, request: Request) -> None:
        """The order of an approved request; one in forty was placed before anybody approved."""
        assert request.final is not None
        day = next_workday(request.final.date(), rng.choice((0, 0, 1, 1, 2)))
        if rng.random() < 0.025:
            day = next_workday(request.submitted.date())
        if day > self.now.date():
            return
        supplier = suppliers()[request.supplier]
        due = next_workday(day + timedelta(days=supplier.lead))
        percent = 6 if request.category in ("软件服务", "检测服务", "市场活动") else 13
        lines = [
            OrderLine(place, line.material, line.quantity, line.price, percent, due)
            for place, line in enumerate(request.lines, 1)
        ]
        order = Order("", day, request, rng.choice(BUYERS), lines)
        self.orders.append(order)
        self.receive(rng, order, supplier)

    def receive(self, rng: Random, order: Order, supplier: Partner) -> None:
        """One delivery, or two; a few fall short or bring rejects."""
        late = rng.choice((-1, 0, 0, 0, 1, 2)) + (rng.randint(2, 6) if supplier.code == DIVERGENT else 0)
        day = next_workday(max(order.day, order.lines[0].due + timedelta(days=late)))
        parts = 2 if rng.random() < 0.14 else 1
        plans: list[list[ReceiptLine]] = [[] for _ in range(parts)]
        for line in order.lines:
            total = line.quantity
            chance = rng.random()
            if chance < 0.04 and total > 10:
                total -= max(1, round(total * rng.uniform(0.02, 0.12)))
            split = total // 2 if parts == 2 and total > 1 else total
            for part, quantity in enumerate((split, total - split)[:parts]):
                if quantity:
                    rejected = max(1, quantity // 40) if quantity > 5 and rng.random() < 0.02 else 0
                    plans[part].append(ReceiptLine(len(plans[part]) + 1, line, quantity, quantity - rejected, rejected))
        for part, lines in enumerate(plans):
            arrival = next_workday(day + timedelta(days=6 * part))
            if lines and arrival <= self.now.date():
                for receipt_line in lines:
                    receipt_line.order_line.received += receipt_line.quantity
                self.receipts.append(Receipt("", arrival, order, order.request.warehouse, lines))


def needs_of(moves: list[Movement]) -> dict[str, dict[date, int]]:
    """When the factory's warehouse gives out what is bought: material -> day -> quantity."""
    needs: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for move in moves:
        if move.warehouse == EAST and move.quantity < 0 and materials()[move.material].use in ("raw", "trade"):
            needs[move.material][move.day] -= move.quantity
    return needs


def movements(receipts: list[Receipt]) -> list[Movement]:
    """What the receipts put into stock, at the order's price without tax."""
    return [
        Movement(
            receipt.day,
            RECEIPT,
            "采购入库",
            receipt.number,
            line.number,
            receipt.warehouse,
            line.order_line.material,
            line.quantity,
            line.quantity * line.order_line.price,
            receipt.order.number,
            receipt.order.supplier,
        )
        for receipt in receipts
        if receipt.warehouse
        for line in receipt.lines
        if line.quantity
    ]
