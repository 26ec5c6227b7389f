"""What the factory makes, sends to the other warehouses and uses up, planned from what customers will buy."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random

from sample_data import stories
from sample_data.catalogue import EAST, JOURNALS, NORTH, SOUTH, WAREHOUSES, WEST
from sample_data.documents import Movement, Sale
from sample_data.materials import Material, materials
from sample_data.workdays import next_workday, workdays

BATCH_DAYS = 15  # working days between two batches of a product, and between two transfers
AHEAD_DAYS = 3  # calendar days a batch or transfer is ahead of the demand it covers
TRANSFER_GROUPS = 5  # goods sent in turns
SAFETY_DAYS = {"product": 3, "trade": 3, "raw": 3, "local": 12}
MISCOUNTED_SHARE = 0.006  # of the positions a stocktaking covers
COUNT_DAYS = (
    date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30),
    date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30),
)  # fmt: skip

# Order of postings within one day.
RECEIPT, BACK, ISSUE, MADE, ARRIVED, SENT, SOLD, COUNTED, MISTAKEN = range(9)

Position = tuple[str, str]  # material, warehouse


class Demand:
    """Quantity wanted of a material from a warehouse within a span of days."""

    def __init__(self, sales: list[Sale]) -> None:
        self.days: dict[Position, list[date]] = defaultdict(list)
        self.sums: dict[Position, list[int]] = defaultdict(lambda: [0])
        for sale in sales:
            for line in sale.lines:
                key = line.material, sale.warehouse
                self.days[key].append(sale.day)
                self.sums[key].append(self.sums[key][-1] + line.quantity)

    def between(self, position: Position, start: date, end: date) -> int:
        if position not in self.days:
            return 0
        days, sums = self.days[position], self.sums[position]
        return max(0, sums[bisect_left(days, end)] - sums[bisect_left(days, start)])

    def safety(self, position: Position) -> int:
        """Stock kept against surprises: some days of an average day's demand."""
        if position not in self.days:
            return 0
        length = (self.days[position][-1] - self.days[position][0]).days + 1
        return -(-self.sums[position][-1] * SAFETY_DAYS["product"] // max(200, length))


Plan = dict[date, int]  # day of a batch or transfer → quantity


@lru_cache(maxsize=64)
def _windows(first: date, last: date, offset: int) -> tuple[tuple[date, date, date], ...]:
    """The day of each batch and the span of demand it covers."""
    days = workdays(first, last + timedelta(days=60))[offset::BATCH_DAYS]
    ahead = timedelta(days=AHEAD_DAYS)
    return tuple((day, day + ahead, later + ahead) for day, later in pairwise(days))


def _interrupted(plan: Plan, safety: int) -> Plan:
    """A plan without anything while the material is missing: the last rounds before leave out the safety stock, what
    was due meanwhile comes when it is made again, with the safety stock on top."""
    found: Plan = defaultdict(int)
    for day, quantity in plan.items():
        inside = stories.STOCK_OUT_FROM <= day < stories.STOCK_OUT_TO
        found[stories.STOCK_OUT_TO if inside else day] += quantity
    left = safety
    for day in sorted((day for day in found if day < stories.STOCK_OUT_FROM), reverse=True):
        cut = min(left, found[day])
        found[day] -= cut
        left -= cut
    found[stories.STOCK_OUT_TO] += safety - left
    return {day: quantity for day, quantity in sorted(found.items()) if quantity}


def transfer_plans(demand: Demand, first: date, last: date) -> dict[Position, Plan]:
    """What is sent from the factory's warehouse to each other position; it arrives two days later."""
    plans: dict[Position, Plan] = {}
    goods = [item for item in materials().values() if item.use in ("product", "trade")]
    for place, warehouse in enumerate((SOUTH, NORTH, WEST)):
        for number, item in enumerate(goods):
            position = item.code, warehouse
            if position not in demand.days:
                continue
            plan: Plan = {}
            late = timedelta(days=2)
            for day, start, end in _windows(first, last, 1 + place * 2 + number % TRANSFER_GROUPS * 3):
                if quantity := demand.between(position, start + late, end + late):
                    plan[day] = quantity
            if item.code in stories.STOCK_OUT_MATERIALS:
                plan = _interrupted(plan, demand.safety(position))
            plans[position] = plan
    return plans


def _needs(demand: Demand, plans: dict[Position, Plan], code: str) -> list[tuple[date, int]]:
    """When how much of a material leaves the factory's warehouse, by day."""
    found: dict[date, int] = defaultdict(int)
    own = (code, EAST)
    if own in demand.days:
        for place, day in enumerate(demand.days[own]):
            found[day] += demand.sums[own][place + 1] - demand.sums[own][place]
    for warehouse in (SOUTH, NORTH, WEST):
        for day, quantity in plans.get((code, warehouse), {}).items():
            found[day] += quantity
    return sorted(found.items())


def batches(demand: Demand, plans: dict[Position, Plan], first: date, last: date) -> list[Movement]:
    """Issues of raw materials and receipts of finished products, all at the factory's warehouse."""
    moves: list[Movement] = []
    products = [item for item in materials().values() if item.use == "product"]
    for place, item in enumerate(products):
        needs = _needs(demand, plans, item.code)
        days = [day for day, _ in needs]
        sums = [0]
        for _, quantity in needs:
            sums.append(sums[-1] + quantity)
        plan: Plan = {}
        for day, start, end in _windows(first, last, place % BATCH_DAYS):
            if (quantity := sums[bisect_left(days, end)] - sums[bisect_left(days, start)]) > 0:
                plan[day] = quantity
        if item.code in stories.STOCK_OUT_MATERIALS:
            plan = _interrupted(plan, demand.safety((item.code, EAST)))
        for day, quantity in plan.items():
            moves += _batch(item, place, day, quantity)
    return moves


def _batch(item: Material, place: int, day: date, quantity: int) -> Iterable[Movement]:
    number = f"SC{day:%y%m}{place:03d}{day:%d}"
    for line, (raw, each) in enumerate(item.recipe, 1):
        yield Movement(day, ISSUE, "生产领料", f"LL{number}", line, EAST, raw, -each * quantity, source=number)
    yield Movement(day, MADE, "产成品入库", f"RK{number}", 1, EAST, item.code, quantity, source=number)


def transfers(plans: dict[Position, Plan]) -> list[Movement]:
    """Goods sent from the factory's warehouse to the others, one document for a day and warehouse."""
    rounds: dict[tuple[date, str], list[tuple[str, int]]] = defaultdict(list)
    for (code, warehouse), plan in plans.items():
        for day, quantity in plan.items():
            rounds[day, warehouse].append((code, quantity))
    moves: list[Movement] = []
    for (day, warehouse), lines in sorted(rounds.items()):
        number = f"{day:%y%m%d}{WAREHOUSES[warehouse][0][-1]}"
        source, arrival = f"DB{number}", day + timedelta(days=2)
        for line, (code, quantity) in enumerate(lines, 1):
            out = Movement(day, SENT, "调拨出库", f"DC{number}", line, EAST, code, -quantity, source=source)
            out.partner = warehouse
            come = Movement(arrival, ARRIVED, "调拨入库", f"DR{number}", line, warehouse, code, quantity, source=source)
            come.partner = EAST
            moves += (out, come)
    return moves


def uses(seed: int, first: date, last: date) -> list[Movement]:
    """Packaging and spare parts taken from the southern warehouse, each about twice a month."""
    rng = Random(f"{seed}/uses")
    moves: list[Movement] = []
    local = [item for item in materials().values() if item.use == "local"]
    for count, day in enumerate(workdays(first, last + timedelta(days=1))[1::5]):
        number = f"LL{day:%Y%m%d}S"
        line = 0
        for place, item in enumerate(local):
            if place % 2 != count % 2 or (item.code in stories.DEAD_MATERIALS and day >= stories.REDESIGNED):
                continue
            quantity = max(1, round(item.monthly / 2.1 * rng.uniform(0.7, 1.3)))
            line += 1
            source = f"WX{count:04d}"
            moves.append(Movement(day, ISSUE, "材料出库", number, line, SOUTH, item.code, -quantity, source=source))
    return moves


def counts(seed: int, moves: list[Movement], first: date, last: date) -> list[Movement]:
    """Differences found when the warehouses are counted at the end of each quarter, booked on the next working day."""
    rng = Random(f"{seed}/counts")
    kept: dict[str, set[str]] = defaultdict(set)
    for move in moves:
        # Nobody miscounts machining centres.
        if materials()[move.material].cost < 1_000_000 and move.material not in stories.STOCK_OUT_MATERIALS:
            kept[move.warehouse].add(move.material)
    found: list[Movement] = []
    for day in COUNT_DAYS:
        for warehouse in JOURNALS:
            number = f"PD{day:%Y%m}{WAREHOUSES[warehouse][0]}"
            size = round(len(kept[warehouse]) * MISCOUNTED_SHARE)
            for line, material in enumerate(sorted(rng.sample(sorted(kept[warehouse]), size)), 1):
                quantity = rng.choice((-2, -1, -1, 1))
                kind = "盘盈" if quantity > 0 else "盘亏"
                # Gains and losses are documents of their own: a document has one kind.
                own = f"{number}{'Y' if quantity > 0 else 'K'}"
                found.append(Movement(next_workday(day, 1), COUNTED, kind, own, line, warehouse, material, quantity))
    return [move for move in found if first <= move.day <= last]
