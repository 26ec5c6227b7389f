"""The stock card of every material in every warehouse: quantities, moving average cost, opening balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample_data.catalogue import SOUTH
from sample_data.documents import Movement, Sale
from sample_data.materials import materials
from sample_data.production import BACK, SOLD, conversion

NEGATIVE = ("T21003", SOUTH)  # the one position that is issued before its receipt is posted
SAFETY_DAYS = {"product": 9, "trade": 9, "raw": 10, "local": 20}

Position = tuple[str, str]  # material, warehouse


@dataclass
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
        found = {position: balance.copy() for position, balance in self.opening.items()}
        for move in self.movements:
            if move.day > day:
                break
            assert move.value is not None
            balance = found.setdefault((move.material, move.warehouse), Balance())
            balance.quantity += move.quantity
            balance.value += move.value
        return found


def sold(sales: Iterable[Sale]) -> list[Movement]:
    """What deliveries take out of stock and returns bring back."""
    moves: list[Movement] = []
    for sale in sales:
        for line in sale.lines:
            if materials()[line.material].use == "service":
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
                    source=sale.source.number if sale.source else "",
                    partner=sale.customer,
                    sale_line=line,
                )
            )
    return moves


def _opening(moves: list[Movement], first: date, last: date) -> dict[Position, Balance]:
    """Opening stock that keeps every position above zero with some days to spare; one is too low on purpose."""
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
        quantity = max(0, -lowest[position] - 3) if position == NEGATIVE else -lowest[position] + safety
        opening[position] = Balance(quantity, quantity * item.cost, float(item.cost))
    return opening


def keep(moves: list[Movement], first: date, last: date) -> Stock:
    """Post all movements from `first` to `last` in order; fills their values and the cost of each sale line."""
    moves = sorted((move for move in moves if first <= move.day <= last), key=lambda move: (move.day, move.order))
    opening = _opening(moves, first, last)
    balances = {position: balance.copy() for position, balance in opening.items()}
    batch: dict[str, int] = defaultdict(int)  # value issued to each production order
    moving: dict[tuple[str, str], int] = {}  # value on the road by transfer document and material
    for move in moves:
        balance = balances[move.material, move.warehouse]
        value = move.value
        if move.kind == "产成品入库":
            value = batch.pop(move.source, 0) + conversion(materials()[move.material]) * move.quantity
        elif move.kind == "调拨入库":
            value = moving.pop((move.source, move.material), move.quantity * materials()[move.material].cost)
        move.value = balance.post(move.quantity, value)
        if move.kind == "生产领料":
            batch[move.source] -= move.value
        elif move.kind == "调拨出库":
            moving[move.source, move.material] = -move.value
        if move.sale_line is not None:
            move.sale_line.cost = -move.value
    return Stock(opening, moves, balances)
