"""What customers bought: deliveries and returns, day by day, following season, growth and the Spring Festival."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from sample_data.catalogue import HOME, SALES_DEPARTMENTS, Partner, customers
from sample_data.documents import Sale, SaleLine
from sample_data.materials import Material, materials
from sample_data.workdays import is_workday, next_workday

MONTHLY_YUAN = 168_000_000  # all departments, an average month around MIDDLE
MIDDLE = (2025, 5)
SHARE = {"华东大区": 0.38, "华南大区": 0.24, "华北大区": 0.22, "渠道业务部": 0.16}
GROWTH = {"华东大区": 0.050, "华南大区": 0.100, "华北大区": 0.005, "渠道业务部": 0.125}
# January and February share one figure because the Spring Festival wanders between them.
SEASON = {1: 1.56, 3: 1.04, 4: 1.0, 5: 1.02, 6: 1.09, 7: 0.97, 8: 0.98, 9: 1.06, 10: 0.97, 11: 1.05, 12: 1.13}
# The north loses orders in autumn 2026: what a drill into the slower growth finds.
LOST = {("华北大区", 2026, 10): 0.93, ("华北大区", 2026, 11): 0.76}
FESTIVALS = (date(2025, 1, 29), date(2026, 2, 17))
MIX = {"P11": 1.0, "P12": 1.35, "P13": 1.25, "P14": 1.0, "P15": 0.85, "T21": 0.7}
SERVICE_SHARE = 0.05
GIFT = "T21003"


def plan(department: str, year: int, month: int) -> float:
    """Expected net revenue of a month in fen, before noise (January stands for January and February)."""
    years = ((year - MIDDLE[0]) * 12 + month - MIDDLE[1]) / 12
    growth: float = (1 + GROWTH[department]) ** years
    return MONTHLY_YUAN * 100 * SHARE[department] * SEASON[month] * growth


def weight(day: date, department: str) -> float:
    """How busy a day is compared with an ordinary working day."""
    if not is_workday(day):
        return 0.08 if department == "渠道业务部" else 0.0
    busy = 1.5 if (day + timedelta(days=4)).month != day.month else 1.0
    for festival in FESTIVALS:
        away = (day - festival).days
        if -12 <= away < 0:
            busy *= 0.45
        elif 0 <= away <= 13:
            busy *= 0.55
    return busy


def _seasons(first: date, last: date) -> list[tuple[int, int, list[date]]]:
    """Year, month key and days of each planning season from `first` to `last`."""
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    day = date(first.year, first.month, 1)
    while day <= last:
        days[day.year, 1 if day.month == 2 else day.month].append(day)
        day += timedelta(days=1)
    return [(year, month, found) for (year, month), found in days.items()]


class Market:
    """Draws customers, products and prices from one random stream."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed}/sales")
        self.goods = [item for item in materials().values() if item.use in ("product", "trade")]
        self.services = [item for item in materials().values() if item.use == "service"]
        self.buyers: dict[str, list[Partner]] = defaultdict(list)
        for customer in customers(seed).values():
            self.buyers[customer.department].append(customer)
        self.tastes = {
            code: [
                MIX[item.code[:3]] * Random(f"{seed}/{code}/{item.code}").choice((0.2, 0.5, 1, 1, 2))
                for item in self.goods
            ]
            for code in customers(seed)
        }

    def line(self, place: int, item: Material, customer: Partner, day: date) -> SaleLine:
        rise = 1.0 if day.year < 2026 else 1.012
        step = 1000 if item.price > 1_000_000 else 100
        price = round(item.price * rise * customer.discount * self.rng.uniform(0.97, 1.02) / step) * step
        wanted = self.rng.lognormvariate(0, 0.75) * 30_000_000
        quantity = max(1, round(wanted / price)) if item.use != "service" else 1
        if quantity > 20:
            quantity = round(quantity / 5) * 5
        return SaleLine(place, item.code, quantity, price, quantity * price, 6 if item.use == "service" else 13)

    def sale(self, department: str, day: date) -> Sale:
        rng = self.rng
        customer = rng.choices(self.buyers[department], [buyer.size for buyer in self.buyers[department]])[0]
        count = rng.choices((1, 2, 3, 4, 5), (30, 30, 20, 12, 8))[0]
        chosen: list[Material] = []
        while len(chosen) < count:
            item = rng.choices(self.goods, self.tastes[customer.code])[0]
            if item not in chosen:
                chosen.append(item)
        if rng.random() < SERVICE_SHARE:
            chosen.append(rng.choice(self.services))
        lines = [self.line(place, item, customer, day) for place, item in enumerate(chosen, 1)]
        if rng.random() < 0.006:
            lines.append(SaleLine(len(lines) + 1, GIFT, rng.choice((1, 2)), 0, None, 13))
        return Sale("", day, customer.code, department, customer.salesperson, customer.region, HOME[department], lines)

    def returned(self, sale: Sale) -> Sale | None:
        """A part of one line of `sale` that comes back a few days later, or nothing."""
        candidates = [line for line in sale.lines if line.amount and not line.material.startswith("S")]
        if not candidates or self.rng.random() > 0.03:
            return None
        line = self.rng.choice(candidates)
        quantity = max(1, round(line.quantity * self.rng.choice((0.1, 0.2, 0.4, 1.0))))
        day = next_workday(sale.day + timedelta(days=self.rng.randint(3, 8)))
        back = SaleLine(1, line.material, -quantity, line.price, -quantity * line.price, line.tax_percent)
        return Sale(
            "", day, sale.customer, sale.department, sale.salesperson, sale.region, sale.warehouse, [back], sale
        )


def simulate(seed: int, first: date, last: date) -> list[Sale]:
    """All deliveries and returns from `first` to `last`, oldest first; each day gets its share of the plan."""
    market = Market(seed)
    sales: list[Sale] = []
    for year, month, days in _seasons(first, last):
        for department in SALES_DEPARTMENTS:
            weights = [weight(day, department) for day in days]
            budget = plan(department, year, month) * market.rng.gauss(1, 0.012)
            budget *= LOST.get((department, year, month), 1.0)
            left = 0.0
            for day, share in zip(days, weights, strict=True):
                left += budget * share / sum(weights)
                while left > 0 and share > 0:
                    sale = market.sale(department, day)
                    left -= sale.net
                    sales.append(sale)
                    back = market.returned(sale)
                    if back is not None:
                        left -= back.net
                        sales.append(back)
    sales = sorted((sale for sale in sales if first <= sale.day <= last), key=lambda sale: sale.day)
    counters: dict[str, int] = defaultdict(int)
    for sale in sales:
        prefix = f"{'XSTH' if sale.source else 'XSCK'}{sale.day:%Y%m}"
        counters[prefix] += 1
        sale.number = f"{prefix}{counters[prefix]:04d}"
    return sales
