"""From need to goods: purchase requests, orders, receipts, and the stock movements they cause."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from random import Random

from sample_data import stories
from sample_data.approvals import PASSED, approve
from sample_data.catalogue import (
    BUYERS,
    DEALERS,
    DIRECT,
    EAST,
    OFFICE,
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
from sample_data.materials import Material, materials
from sample_data.production import RECEIPT
from sample_data.workdays import next_workday, workdays

TRANCHE_DAYS = 12  # working days between two rounds of requests to one supplier
LEAD = timedelta(days=18)  # from request to the need it covers
LINES = 8  # at most, on a request for stock
# Share of the requests for own use, median amount in yuan, what is asked for.
ASKERS = {
    PRODUCTION: (0.24, 11_000, ("工装模具", "劳保用品", "设备备件")),
    SUPPLY: (0.06, 6_000, ("劳保用品", "办公用品")),
    RESEARCH: (0.24, 21_000, ("研发试制", "软件服务", "检测服务", "信息设备")),
    OFFICE: (0.18, 7_000, ("办公用品", "信息设备", "软件服务")),
    DIRECT: (0.12, 9_000, ("市场活动", "办公用品")),
    DEALERS: (0.16, 8_000, ("市场活动", "办公用品")),
}
REQUESTS_PER_DAY = 12.6
EARLY_SHARE = 0.008  # orders placed before anybody approved


class Purchasing:
    """Runs the chain for one request after the other; collects what it produced."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.seed = seed
        self.now = now
        self.requests: list[Request] = []
        self.orders: list[Order] = []
        self.receipts: list[Receipt] = []
        self.ordered: dict[str, int] = defaultdict(int)  # of each material that is stocked

    def moment(self, rng: Random, day: date) -> datetime:
        """When somebody submits on a working day; most before noon and after three."""
        hour = rng.choices((9, 10, 11, 13, 14, 15, 16, 17), (12, 16, 12, 6, 10, 14, 18, 12))[0]
        return datetime.combine(day, time(hour)) + timedelta(seconds=int(rng.random() * 3600))

    def rounds(self, first: date) -> Iterator[tuple[datetime, str, str, date]]:
        """When somebody looks after what to order of a supplier: moment, supplier, warehouse, day of the next time."""
        rng = Random(f"{self.seed}/rounds")
        bought = {item.supplier for item in materials().values() if item.use == "trade"}
        local = {item.supplier for item in materials().values() if item.use == "local"}
        raw = set(_makers())
        for place, code in enumerate(suppliers()):
            if code not in bought | local | raw:
                continue
            warehouse = SOUTH if code in local else EAST
            days = workdays(first, self.now.date() + timedelta(days=40))[place % TRANCHE_DAYS :: TRANCHE_DAYS]
            for day, later in pairwise(days):
                if day <= self.now.date():
                    yield self.moment(rng, day), code, warehouse, later

    def stock_requests(
        self, rng: Random, needs: Needs, moment: datetime, supplier: str, warehouse: str, later: date
    ) -> Iterator[Request]:
        """What production, trade and the southern warehouse will need until the next round, a few lines each."""
        lines = []
        for item in _makers()[supplier]:
            quantity = self.wanted(rng, item, needs, moment.date(), later)
            if quantity > 0:
                lines.append(RequestLine(item.code, quantity, round(item.cost * rng.uniform(0.985, 1.015))))
                self.ordered[item.code] += quantity
        for place in range(-(-len(lines) // LINES)):
            part = lines[place * LINES : (place + 1) * LINES]
            item = materials()[part[0].material]
            asker = {"raw": PRODUCTION, "trade": SUPPLY, "local": DEALERS}[item.use]
            who = rng.choice(REQUESTERS[asker])
            submitted = moment + timedelta(seconds=int(place * 240 + rng.random() * 120))
            yield Request("", submitted, asker, who, item.category, supplier, warehouse, part)

    def wanted(self, rng: Random, item: Material, needs: Needs, day: date, later: date) -> int:
        """Quantity to ask for on `day` so that it lasts until what is asked for `later` has come, in round numbers."""
        if item.use == "local":
            dead = item.code in stories.DEAD_MATERIALS
            if dead and day > stories.STOPPED_BUYING:
                return 0
            # Old packaging and spare parts were bought generously even after they were no longer used.
            rise = 3.4 if dead and day >= date(2026, 2, 1) else 1.0
            return round(item.monthly * (later - day).days / 30.4 * rise * 1.01)
        wanted = needs.until(item.code, later + LEAD) - self.ordered[item.code]
        if wanted <= 0:
            return 0
        step = int(10 ** max(0, len(str(wanted)) - 2))
        return -(-wanted // step) * step

    def expense_requests(self, first: date) -> Iterator[Request]:
        """What departments need for themselves: never stocked."""
        rng = Random(f"{self.seed}/expense requests")
        goods: dict[str, list[Material]] = defaultdict(list)
        for item in materials().values():
            if item.use == "expense":
                goods[item.category].append(item)
        sellers: dict[str, list[str]] = defaultdict(list)
        for code, partner in suppliers().items():
            sellers[partner.category].append(code)
        askers = tuple(ASKERS)
        chances = list(accumulate(share for share, _, _ in ASKERS.values()))
        for day in workdays(first, self.now.date() + timedelta(days=1)):
            expected = REQUESTS_PER_DAY * min(1.15, 0.3 + 0.7 * weight(day))
            for _ in range(int(expected) + (rng.random() < expected % 1)):
                asker = rng.choices(askers, cum_weights=chances)[0]
                _, median, categories = ASKERS[asker]
                category = rng.choice(categories)
                amount = median * rng.lognormvariate(0, 0.9) * 100
                count = rng.choices((1, 2, 3), (66, 26, 8))[0]
                lines = []
                for item in rng.sample(goods[category], count):
                    price = max(100, round(item.cost * rng.uniform(0.92, 1.08) / 1000) * 1000)
                    lines.append(RequestLine(item.code, max(1, round(amount / count / price)), price))
                who, seller = rng.choice(REQUESTERS[asker]), rng.choice(sellers[category])
                yield Request("", self.moment(rng, day), asker, who, category, seller, "", lines)

    def run(self, needs: Needs, first: date) -> None:
        """All requests in the order of their submission, each with its order and receipts."""
        stock = Random(f"{self.seed}/stock requests")
        found = [request for request in self.expense_requests(first) if request.submitted <= self.now]
        for moment, supplier, warehouse, later in sorted(self.rounds(first)):
            found += [
                request
                for request in self.stock_requests(stock, needs, moment, supplier, warehouse, later)
                if request.submitted <= self.now
            ]
        self.requests = sorted(found, key=lambda request: request.submitted)
        counters: dict[str, int] = defaultdict(int)
        for request in self.requests:
            prefix = f"CG-{request.submitted:%Y%m}"
            counters[prefix] += 1
            request.number = f"{prefix}-{counters[prefix]:04d}"
            approve(self.seed, request, self.now)
            rng = Random(f"{self.seed}/order/{request.number}")
            if request.status == PASSED and (request.stocked or rng.random() > 0.015):
                self.order(rng, request)
        self.orders.sort(key=lambda order: (order.day, order.request.number))
        for place, order in enumerate(self.orders, 1):
            order.number = f"PO{order.day:%y}{place:06d}"
        self.receipts.sort(key=lambda receipt: (receipt.day, receipt.order.number))
        for place, receipt in enumerate(self.receipts, 1):
            receipt.number = f"RK{receipt.day:%Y%m}{place:05d}"

    def order(self, rng: Random, request: Request) -> None:
        """The order of an approved request; a few were placed before anybody approved."""
        assert request.final is not None
        day = next_workday(request.final.date(), rng.choice((0, 0, 1, 1, 2)))
        if rng.random() < EARLY_SHARE:
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
        late = rng.choices((-2, -1, 0, 1), (20, 35, 43, 2))[0]
        day = next_workday(max(order.day, order.lines[0].due + timedelta(days=late)))
        parts = 2 if rng.random() < 0.06 else 1
        if parts == 2:  # the first part comes early, so that the whole is there in time
            day = next_workday(max(order.day, order.lines[0].due - timedelta(days=4)))
        plans: list[list[ReceiptLine]] = [[] for _ in range(parts)]
        for line in order.lines:
            total = line.quantity
            if rng.random() < 0.012 and total > 10:
                total -= max(1, round(total * rng.uniform(0.02, 0.1)))
            split = total // 2 if parts == 2 and total > 1 else total
            for part, quantity in enumerate((split, total - split)[:parts]):
                if quantity:
                    rejected = max(1, quantity // 40) if quantity > 5 and rng.random() < 0.008 else 0
                    plans[part].append(ReceiptLine(len(plans[part]) + 1, line, quantity, quantity - rejected, rejected))
        for part, lines in enumerate(plans):
            arrival = next_workday(day + timedelta(days=3 * part))
            if lines and arrival <= self.now.date():
                for receipt_line in lines:
                    receipt_line.order_line.received += receipt_line.quantity
                self.receipts.append(Receipt("", arrival, order, order.request.warehouse, lines))


class Needs:
    """How much of each bought material leaves the factory's warehouse up to a day."""

    def __init__(self, moves: list[Movement]) -> None:
        found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        goods = materials()
        for move in moves:
            if move.warehouse == EAST and goods[move.material].use in ("raw", "trade"):
                found[move.material][move.day] -= move.quantity
        self.days = {code: sorted(days) for code, days in found.items()}
        self.sums = {
            code: list(accumulate((found[code][day] for day in days), initial=0)) for code, days in self.days.items()
        }

    def until(self, code: str, day: date) -> int:
        """Quantity up to but without `day`, from the first day on that an order could be there."""
        if code not in self.days:
            return 0
        days, sums = self.days[code], self.sums[code]
        return sums[bisect_left(days, day)] - sums[bisect_left(days, stories.FIRST + LEAD)]


@lru_cache(maxsize=1)
def _makers() -> dict[str, list[Material]]:
    """What each supplier sells that is stocked."""
    found: dict[str, list[Material]] = defaultdict(list)
    for item in materials().values():
        if item.supplier:
            found[item.supplier].append(item)
    return found


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
