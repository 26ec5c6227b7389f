"""What the factory makes, sends to the other warehouses and uses up, planned from what customers will buy."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from sample_data.catalogue import EAST, NORTH, SOUTH, WAREHOUSES
from sample_data.documents import Movement, Sale
from sample_data.materials import MONTHLY_USE, SLOW, Material, materials
from sample_data.workdays import next_workday, workdays

BATCH_DAYS = 20  # working days between two batches of a product, and between two transfers
AHEAD_DAYS = 6  # calendar days a batch or transfer is ahead of the demand it covers
REDESIGNED = date(2026, 4, 10)  # from here on nobody takes the old packaging and the old spare parts

# Order of postings within one day.
RECEIPT, BACK, ISSUE, MADE, ARRIVED, SENT, SOLD, COUNTED = range(8)


class Demand:
    """Quantity wanted of a material from a warehouse within a span of days."""

    def __init__(self, sales: list[Sale]) -> None:
        found: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
        for sale in sales:
            for line in sale.lines:
                found[line.material, sale.warehouse].append((sale.day, line.quantity))
        self.days = {key: [day for day, _ in rows] for key, rows in found.items()}
        self.sums = {key: self._running(rows) for key, rows in found.items()}

    @staticmethod
    def _running(rows: list[tuple[date, int]]) -> list[int]:
        sums = [0]
        for _, quantity in rows:
            sums.append(sums[-1] + quantity)
        return sums

    def between(self, material: str, warehouse: str, start: date, end: date) -> int:
        key = material, warehouse
        if key not in self.days:
            return 0
        days, sums = self.days[key], self.sums[key]
        return max(0, sums[bisect_left(days, end)] - sums[bisect_left(days, start)])


def _windows(first: date, last: date, offset: int) -> list[tuple[date, date, date]]:
    """The day of each batch and the span of demand it covers."""
    days = workdays(first, last + timedelta(days=60))[offset::BATCH_DAYS]
    ahead = timedelta(days=AHEAD_DAYS)
    return [(day, day + ahead, later + ahead) for day, later in pairwise(days)]


def parts(item: Material) -> list[tuple[str, int]]:
    """Raw materials and whole quantities that go into one unit of a product."""
    stock = materials()
    return [(raw, max(1, round(item.cost * share / stock[raw].cost))) for raw, share in item.recipe]


def conversion(item: Material) -> int:
    """Labour and overhead of one unit of a product, in fen."""
    stock = materials()
    return max(0, item.cost - sum(stock[raw].cost * quantity for raw, quantity in parts(item)))


def batches(demand: Demand, first: date, last: date) -> list[Movement]:
    """Issues of raw materials and receipts of finished products, all at the factory's warehouse."""
    moves: list[Movement] = []
    products = [item for item in materials().values() if item.use == "product"]
    for place, item in enumerate(products):
        for day, start, end in _windows(first, last, place % BATCH_DAYS):
            quantity = sum(demand.between(item.code, warehouse, start, end) for warehouse in WAREHOUSES)
            if not quantity:
                continue
            number = f"SC{day:%y%m}{place:02d}{day:%d}"
            for line, (raw, each) in enumerate(parts(item), 1):
                moves.append(
                    Movement(day, ISSUE, "生产领料", f"LL{number}", line, EAST, raw, -each * quantity, source=number)
                )
            moves.append(Movement(day, MADE, "产成品入库", f"RK{number}", 1, EAST, item.code, quantity, source=number))
    return moves


def transfers(demand: Demand, first: date, last: date) -> list[Movement]:
    """Goods sent from the factory's warehouse to the two others; they arrive two days later."""
    moves: list[Movement] = []
    goods = [item for item in materials().values() if item.use in ("product", "trade")]
    for place, warehouse in enumerate((SOUTH, NORTH)):
        for group in range(5):
            for day, start, end in _windows(first, last, 2 + place * 2 + group * 4):
                number = f"{day:%y%m%d}{place}{group}"
                line = 0
                for item in goods[group::5]:
                    quantity = demand.between(item.code, warehouse, start + timedelta(days=2), end + timedelta(days=2))
                    if quantity:
                        line += 1
                        arrival = day + timedelta(days=2)
                        moves.append(
                            Movement(
                                day,
                                SENT,
                                "调拨出库",
                                f"DC{number}",
                                line,
                                EAST,
                                item.code,
                                -quantity,
                                source=f"DB{number}",
                                partner=warehouse,
                            )
                        )
                        moves.append(
                            Movement(
                                arrival,
                                ARRIVED,
                                "调拨入库",
                                f"DR{number}",
                                line,
                                warehouse,
                                item.code,
                                quantity,
                                source=f"DB{number}",
                                partner=EAST,
                            )
                        )
    return moves


def uses(seed: int, first: date, last: date) -> list[Movement]:
    """Packaging and spare parts taken from the southern warehouse, about four times a month."""
    rng = Random(f"{seed}/uses")
    moves: list[Movement] = []
    for count, day in enumerate(workdays(first, last + timedelta(days=1))[1::5]):
        number = f"LL{day:%Y%m%d}S"
        line = 0
        for code, monthly in MONTHLY_USE.items():
            if code in SLOW and day >= REDESIGNED:
                continue
            quantity = max(1, round(monthly / 4.2 * rng.uniform(0.7, 1.3)))
            line += 1
            moves.append(
                Movement(day, ISSUE, "材料出库", number, line, SOUTH, code, -quantity, source=f"WX{count:04d}")
            )
    return moves


def counts(seed: int, moves: list[Movement], first: date, last: date) -> list[Movement]:
    """Differences found when the warehouses are counted in June and December."""
    rng = Random(f"{seed}/counts")
    kept: dict[str, list[str]] = defaultdict(list)
    for move in moves:
        # Nobody miscounts machining centres.
        if move.material not in kept[move.warehouse] and materials()[move.material].cost < 1_000_000:
            kept[move.warehouse].append(move.material)
    found: list[Movement] = []
    for day in (date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31), date(2026, 6, 30)):
        for warehouse in WAREHOUSES:
            number = f"PD{day:%Y%m}{WAREHOUSES[warehouse][0]}"
            for line, material in enumerate(sorted(rng.sample(sorted(kept[warehouse]), 5)), 1):
                quantity = rng.choice((-2, -1, -1, 1))
                kind = "盘盈" if quantity > 0 else "盘亏"
                found.append(Movement(next_workday(day), COUNTED, kind, number, line, warehouse, material, quantity))
    return [move for move in found if first <= move.day <= last]
