"""The stock card of every material in every warehouse: quantities, moving average cost, opening balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample_data import stories
from sample_data.catalogue import JOURNALS
from sample_data.documents import Movement, Sale
from sample_data.materials import conversion, materials
from sample_data.production import BACK, MISTAKEN, SAFETY_DAYS, SOLD, Position
from sample_data.workdays import next_workday


@dataclass(slots=True)
class Balance:
    quantity: int = 0
    value: int = 0
    average: float = 0.0

    def post(self, quantity: int, value: int | None) -> int:
        """Post a movement, at average cost where it brings no value. Returns the value posted, in fen."""
        if value is None:
            whole = quantity == -self.quantity
            value = -self.value if whole else round(quantity * self.average)
        self.quantity += quantity
        self.value += value
        if self.quantity > 0 and self.value > 0:
            self.average = self.value / self.quantity
        return value

    def copy(self) -> Balance:
        return Balance(self.quantity, self.value, self.average)


@dataclass
class Stock:
    """Opening balances, movements in posting order, and the balances after the last one."""

    opening: dict[Position, Balance]
    movements: list[Movement]
    closing: dict[Position, Balance] = field(default_factory=dict)

    def at(self, day: date) -> dict[Position, Balance]:
        """Quantity and value on hand at the end of `day`, by material and warehouse."""
        return self.on((day,))[day]

    def on(self, days: Iterable[date]) -> dict[date, dict[Position, Balance]]:
        """Quantity and value on hand at the end of each of `days`."""
        held = {position: balance.copy() for position, balance in self.opening.items()}
        found = {}
        place = 0
        for day in sorted(days):
            while place < len(self.movements) and self.movements[place].day <= day:
                move = self.movements[place]
                assert move.value is not None
                balance = held[move.material, move.warehouse]
                balance.quantity += move.quantity
                balance.value += move.value
                place += 1
            found[day] = {position: balance.copy() for position, balance in held.items()}
        return found


def sold(sales: Iterable[Sale]) -> list[Movement]:
    """What deliveries take out of stock and returns bring back."""
    moves: list[Movement] = []
    goods = materials()
    for sale in sales:
        source = sale.source.number if sale.source else ""
        for line in sale.lines:
            if goods[line.material].use == "service":
                continue
            back = line.quantity < 0
            moves.append(
                Movement(
                    sale.day,
                    BACK if back else SOLD,
                    "销售退货" if back else "销售出库",
                    sale.number,
                    line.number,
                    sale.warehouse,
                    line.material,
                    -line.quantity,
                    None,
                    source,
                    sale.customer,
                    line,
                )
            )
    return moves


def _opening(moves: list[Movement], first: date, last: date) -> dict[Position, Balance]:
    """Opening stock that keeps every position above zero with some days to spare."""
    running: dict[Position, int] = defaultdict(int)
    lowest: dict[Position, int] = defaultdict(int)
    issued: dict[Position, int] = defaultdict(int)
    for move in moves:
        position = move.material, move.warehouse
        running[position] += move.quantity
        lowest[position] = min(lowest[position], running[position])
        issued[position] -= min(0, move.quantity)
    days = (last - first) / timedelta(days=1)
    opening: dict[Position, Balance] = {}
    for position in sorted(running):
        item = materials()[position[0]]
        safety = -(-issued[position] * SAFETY_DAYS[item.use] // int(days))
        # Where the shelf was empty for a time, that time is the lowest: the safety stock was left out of the plan.
        spare = 0 if item.code in stories.STOCK_OUT_MATERIALS else safety
        quantity = spare - lowest[position]
        opening[position] = Balance(quantity, quantity * item.cost, float(item.cost))
    return opening


def mistaken(moves: list[Movement], opening: dict[Position, Balance]) -> list[Movement]:
    """Issues booked under the wrong code: more than was there, so that the stock stands below zero from then on."""
    most = {
        position: balance.quantity
        for position, balance in opening.items()
        if position[1] == stories.NEGATIVE_WAREHOUSE and materials()[position[0]].use == "trade"
    }
    held = dict(most)
    for move in moves:
        position = move.material, move.warehouse
        if position in held:
            held[position] += move.quantity
            later = move.day >= stories.NEGATIVE_FROM
            most[position] = max(most[position], held[position]) if later else held[position]
    small = sorted(
        (quantity * materials()[position[0]].cost, position, quantity) for position, quantity in most.items()
    )
    found = []
    for place, (_, position, quantity) in enumerate(small[:: max(1, len(small) // 40)][: stories.NEGATIVE_COUNT]):
        day = next_workday(stories.NEGATIVE_FROM, place // 3)
        number = f"CK{day:%Y%m%d}S"
        line = place % 3 + 1
        wrong = -(quantity + 5 + place)
        found.append(Movement(day, MISTAKEN, "材料出库", number, line, position[1], position[0], wrong))
    return found


def keep(moves: list[Movement], first: date, last: date) -> Stock:
    """Post all movements from `first` to `last` in order; fills their values and the cost of each sale line."""
    moves = [move for move in moves if first <= move.day <= last]
    moves.sort(key=lambda move: (move.day, move.order))
    opening = _opening(moves, first, last)
    moves += mistaken(moves, opening)
    moves.sort(key=lambda move: (move.day, move.order))
    balances = {position: balance.copy() for position, balance in opening.items()}
    batch: dict[str, int] = defaultdict(int)  # value issued to each production order
    moving: dict[tuple[str, str], int] = {}  # value on the road by transfer document and material
    goods = materials()
    for move in moves:
        balance = balances[move.material, move.warehouse]
        value = move.value
        if move.kind == "产成品入库":
            value = batch.pop(move.source, 0) + conversion(goods[move.material]) * move.quantity
        elif move.kind == "调拨入库":
            value = moving.pop((move.source, move.material), move.quantity * goods[move.material].cost)
        move.value = balance.post(move.quantity, value)
        if move.kind == "生产领料":
            batch[move.source] -= move.value
        elif move.kind == "调拨出库":
            moving[move.source, move.material] = -move.value
        if move.sale_line is not None:
            move.sale_line.cost = -move.value
    return Stock(opening, moves, balances)


def reorder_points(stock: Stock) -> dict[Position, int]:
    """When to order again: the lowest stock there ever was where nothing went wrong, and the safety stock elsewhere."""
    held = {position: balance.quantity for position, balance in stock.opening.items()}
    lowest = dict(held)
    issued: dict[Position, int] = defaultdict(int)
    for move in stock.movements:
        position = move.material, move.warehouse
        held[position] += move.quantity
        lowest[position] = min(lowest[position], held[position])
        issued[position] -= min(0, move.quantity)
    days = (stories.LAST - stories.FIRST).days
    return {
        position: low if low > 0 else -(-issued[position] * SAFETY_DAYS["product"] // days)
        for position, low in lowest.items()
        if position[1] in JOURNALS
    }
