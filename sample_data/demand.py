"""What customers bought: deliveries and returns, day by day, following season, growth and the Spring Festival."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from sample_data import stories
from sample_data.catalogue import EAST, NORTH, REGIONS, SOUTH, WEST, Partner, Region, customers
from sample_data.documents import Sale, SaleLine
from sample_data.materials import GIFT, MACHINES, SOLD, Material, materials
from sample_data.workdays import before, is_workday, next_workday

MONTHLY_YUAN = 55_000_000  # all regions, an average month around MIDDLE
MIDDLE = (2025, 11)
# January and February share one figure because the Spring Festival wanders between them.
SEASON = {1: 1.62, 3: 1.02, 4: 1.0, 5: 1.01, 6: 1.02, 7: 0.99, 8: 0.99, 9: 1.01, 10: 1.0, 11: 1.01, 12: 1.03}
# Of how many goods in turn a warehouse holds how many; machines leave from the factory only.
ASSORTMENT = {EAST: (1, 1), SOUTH: (5, 2), NORTH: (10, 3), WEST: (25, 4)}
MIX = {"P11": 1.0, "P12": 1.1, "P13": 1.1, "P14": 1.2, "P15": 1.1, "P16": 1.3, "P17": 1.3, "P18": 1.3}
WANTED_YUAN = 17_500  # median of a line
SERVICE_SHARE = 0.06
RETURN_SHARE = 0.10  # of deliveries, one line of which comes back in part
GIFT_SHARE = 0.01
LATE_SHARE = 0.012  # of lines shipped after the promised day


def plan(region: Region, year: int, month: int) -> float:
    """Expected net revenue of a month in fen, before noise (January stands for January and February)."""
    years = ((year - MIDDLE[0]) * 12 + month - MIDDLE[1]) / 12
    growth: float = (1 + region.growth) ** years
    return MONTHLY_YUAN * 100 * region.share * SEASON[month] * growth


@cache
def weight(day: date) -> float:
    """How busy a day is compared with an ordinary working day."""
    if not is_workday(day):
        return 0.0
    busy = 1.3 if (day + timedelta(days=4)).month != day.month else 1.0
    for festival in stories.FESTIVALS:
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


@cache
def popularity(code: str) -> float:
    """How often a material is asked for compared with the others of its family."""
    if code in stories.STOCK_OUT_MATERIALS:
        return 2.5
    if code == stories.RETURNED_MATERIAL:
        return 15.0
    return (0.8, 1.0, 1.0, 1.3)[int(code[3:]) % 4]


def assortment(warehouse: str) -> list[Material]:
    """The goods a warehouse holds; what has a story is held in all the larger ones."""
    step, kept = ASSORTMENT[warehouse]
    told = {stories.RETURNED_MATERIAL, *stories.STOCK_OUT_MATERIALS} if warehouse != WEST else set()
    goods = [item for item in materials().values() if item.use in SOLD]
    return [
        item
        for place, item in enumerate(goods)
        if (place % step < kept and (warehouse == EAST or item.category != MACHINES)) or item.code in told
    ]


class Market:
    """Draws customers, products and prices of one region from a random stream of its own."""

    def __init__(self, seed: int, region: Region) -> None:
        self.rng = Random(f"{seed}/sales/{region.name}")
        self.region = region
        self.goods = assortment(region.warehouse)
        self.services = [item for item in materials().values() if item.use == "service"]
        weights = [MIX.get(item.code[:3], 1.0) * popularity(item.code) for item in self.goods]
        self.chances = list(accumulate(weights))
        self.buyers = [one for one in customers(seed).values() if one.region == region.name]
        self.sizes = list(accumulate(buyer.size for buyer in self.buyers))

    def item(self, day: date) -> Material:
        """What is asked for and can be had on that day."""
        again = stories.STOCK_OUT_TO if self.region.warehouse == EAST else stories.STOCK_OUT_TO_ELSEWHERE
        while True:
            found = self.goods[bisect_right(self.chances, self.rng.random() * self.chances[-1])]
            if found.code not in stories.STOCK_OUT_MATERIALS or not stories.STOCK_OUT_FROM <= day < again:
                return found

    def line(self, place: int, item: Material, customer: Partner, day: date) -> SaleLine:
        rise = 1.0
        if self.region.name == stories.PRICE_REGION and day >= stories.PRICE_FROM:
            rise += stories.PRICE_RISE
        step = 1000 if item.price > 1_000_000 else 100 if item.price > 10_000 else 10
        price = round(item.price * rise * customer.discount * self.rng.uniform(0.985, 1.015) / step) * step
        wanted = self.rng.lognormvariate(0, 0.7) * WANTED_YUAN * 100
        quantity = max(1, round(wanted / item.price)) if item.use != "service" else 1
        if quantity > 20:
            quantity = round(quantity / 5) * 5
        line = SaleLine(place, item.code, quantity, price, quantity * price, 6 if item.use == "service" else 13)
        self.promise(line, day)
        return line

    def promise(self, line: SaleLine, day: date) -> None:
        chance = self.rng.random()
        if chance < LATE_SHARE:
            line.promised = before(day, 1 + int(chance / LATE_SHARE * 3))
        else:
            line.promised = next_workday(day, int(self.rng.random() * 4))

    def sale(self, day: date) -> Sale:
        rng = self.rng
        customer = self.buyers[bisect_right(self.sizes, rng.random() * self.sizes[-1])]
        count = rng.choices((2, 4, 6, 8, 10, 12), (12, 22, 26, 20, 12, 8))[0]
        chosen: dict[str, Material] = {}
        while len(chosen) < count:
            item = self.item(day)
            chosen[item.code] = item
        if rng.random() < SERVICE_SHARE:
            item = rng.choice(self.services)
            chosen[item.code] = item
        lines = [self.line(place, item, customer, day) for place, item in enumerate(chosen.values(), 1)]
        if rng.random() < GIFT_SHARE and GIFT not in chosen:
            lines.append(SaleLine(len(lines) + 1, GIFT, rng.choice((1, 2)), 0, None, 13, promised=day))
        shipped = datetime.combine(day, time(9)) + timedelta(seconds=int(rng.random() * 30_000))
        # Most orders are confirmed two working days before they leave, none later than any promise was given for.
        confirmed = before(day, 3 + (rng.random() < 0.25))
        asked = datetime.combine(confirmed, time(9)) + timedelta(seconds=int(rng.random() * 30_000))
        region = self.region
        return Sale(
            "", day, customer.code, region.department, customer.salesperson, region.name, region.warehouse,
            lines, None, asked, shipped, customer.channel,
        )  # fmt: skip

    def returned(self, sale: Sale) -> list[Sale]:
        """What comes back of `sale` some days later: now and then a part of a line, and most of a bad lot."""
        candidates = [
            line for line in sale.lines if line.amount and line.material not in stories.STOCK_OUT_MATERIALS
            and not line.material.startswith("S")
        ]  # fmt: skip
        chosen = [self.rng.choice(candidates)] if candidates and self.rng.random() < RETURN_SHARE else []
        if stories.RETURNED_FROM <= sale.day < stories.RETURNED_TO:
            chosen = [line for line in chosen if line.material != stories.RETURNED_MATERIAL]
            bad = [line for line in candidates if line.material == stories.RETURNED_MATERIAL]
            chosen += [line for line in bad if self.rng.random() < stories.RETURNED_SHARE]
        found = []
        for line in chosen:
            share = self.rng.choice((0.1, 0.2, 0.4)) if line.material != stories.RETURNED_MATERIAL else 1.0
            quantity = max(1, round(line.quantity * share))
            day = next_workday(sale.day + timedelta(days=self.rng.randint(3, 8)))
            back = SaleLine(1, line.material, -quantity, line.price, -quantity * line.price, line.tax_percent)
            found.append(
                Sale(
                    "", day, sale.customer, sale.department, sale.salesperson, sale.region, sale.warehouse,
                    [back], sale, channel=sale.channel,
                )
            )  # fmt: skip
        return found


def simulate(seed: int, first: date, last: date) -> list[Sale]:
    """All deliveries and returns from `first` to `last`, oldest first; each day gets its share of the plan."""
    sales: list[Sale] = []
    seasons = _seasons(first, last)
    for region in REGIONS.values():
        market = Market(seed, region)
        carried = 0.0  # of the season before: every day's last delivery goes a little beyond its share
        for year, month, days in seasons:
            budget = plan(region, year, month) * market.rng.gauss(1, 0.006)
            whole = sum(weight(day) for day in days)
            for day in days:
                share = budget * weight(day) / whole
                if region.name == stories.PRICE_REGION and day >= stories.PRICE_FROM:
                    share *= 1 + stories.PRICE_RISE
                carried += share
                while carried > 0 and share > 0:
                    sale = market.sale(day)
                    carried -= sale.net
                    sales.append(sale)
                    for back in market.returned(sale):
                        carried -= back.net
                        sales.append(back)
    sales = sorted((sale for sale in sales if first <= sale.day <= last), key=lambda sale: sale.day)
    counters: dict[str, int] = defaultdict(int)
    for sale in sales:
        prefix = f"{'XSTH' if sale.source else 'XSCK'}{sale.day:%Y%m}"
        counters[prefix] += 1
        sale.number = f"{prefix}{counters[prefix]:04d}"
    return sales
