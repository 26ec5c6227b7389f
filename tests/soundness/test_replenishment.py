"""From stock falling below its reorder point to the order: by hand, with what tells nothing, and on random books."""

from __future__ import annotations

import random
import statistics
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import chinese_calendar
import pytest

from cockpit.metrics import METRICS
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

RESPONSE = METRICS["replenishment_response"]
APRIL = {"start": "2024-04-01", "end": "2024-05-01"}
MATERIALS = "物料编码|物料名称|再订货点\n"
BALANCES = "截止日期|仓库|物料编码|库存数量|金额|再订货点\n"
MOVES = "单据编号|单据日期|收发类别|仓库|物料编码|数量|金额|出入库时间\n"
ORDERS = "单据编号|单据日期|供应商|仓库|物料编码|数量|不含税金额|制单时间|作废\n"


def test_working_hours_from_the_fall_to_the_order(books: Books) -> None:
    """Below 50 on Tuesday 2 April at 16:00, ordered next day at 10:00: 3 hours; what happened at noon was made good."""
    books.load("物料.csv", MATERIALS + "M1|甲料|50\nM2|乙料|")
    books.load("库存余额.csv", BALANCES + "2024-03-31|东仓|M1|100|1000|\n2024-03-31|东仓|M2|100|1000|")
    moves = """C1|2024-04-02|销售出库|东仓|M1|-60|-600|2024-04-02 12:00
        R1|2024-04-02|采购入库|东仓|M1|20|200|2024-04-02 13:00
        C2|2024-04-02|销售出库|东仓|M1|-20|-200|2024-04-02 16:00
        C3|2024-04-02|销售出库|东仓|M1|-5|-50|2024-04-02 17:00
        C4|2024-04-02|销售出库|东仓|M2|-90|-900|2024-04-02 17:00"""
    books.load("出入库流水.csv", MOVES + moves)
    waiting = books.one(RESPONSE.name, **APRIL)
    assert (waiting.value, waiting.n, waiting.reasons) == (None, 0, {"not_ordered_yet": 1})
    assert [(one.table, one.document_no) for one in books.drill(RESPONSE.name, **APRIL).rows] == [
        ("stock_movements", "C2")
    ]
    orders = """P0|2024-04-02|某厂||M1|80|800|2024-04-02 15:59|
        P1|2024-04-03|某厂|东仓|M1|80|800|2024-04-03 10:00|
        P2|2024-04-03|某厂||M1|80|800|2024-04-03 11:00|
        P3|2024-04-03|某厂|西仓|M1|80|800|2024-04-02 16:30|
        P4|2024-04-03|某厂|东仓|M1|80|800|2024-04-02 16:40|是
        P5|2024-04-03|某厂|东仓|M1|-80|-800|2024-04-02 16:50|
        P6|2024-04-03|某厂|东仓|M2|80|800|2024-04-02 17:30|"""
    books.load("采购订单.csv", ORDERS + orders)
    row = books.one(RESPONSE.name, **APRIL)
    assert (row.value, row.n, row.reasons, row.figures["share_by_day"]) == (3, 1, {}, 0)
    assert books.one(RESPONSE.name, params={"clock": "calendar"}, **APRIL).value == 18
    assert [(one.table, one.document_no, one.value) for one in books.drill(RESPONSE.name, **APRIL).rows] == [
        ("purchase_orders", "P1", 3)
    ]
    west = Scope({"warehouse": frozenset({"西仓"})})
    assert [(row.n, row.excluded) for row in books.ask(RESPONSE.name, scope=west, **APRIL).rows] == [(0, 0)]


def test_a_day_without_a_time_counts_whole_days(books: Books) -> None:
    """Where the movement or the order tells no time both days begin at midnight: the same day 0 hours, the next 8."""
    books.load("物料.csv", MATERIALS + "".join(f"M{number}|料{number}|50\n" for number in (1, 2, 3)))
    books.load("库存余额.csv", BALANCES + "".join(f"2024-03-31|东仓|M{number}|60|600|\n" for number in (1, 2, 3)))
    moves = """C1|2024-04-02|销售出库|东仓|M1|-20|-200|2024-04-02 16:00
        C2|2024-04-02|销售出库|东仓|M2|-20|-200|
        C3|2024-04-03|销售出库|东仓|M3|-10|-100|2024-04-03 09:00
        C4|2024-04-03|销售出库|东仓|M3|-10|-100|2024-04-03 00:00"""
    books.load("出入库流水.csv", MOVES + moves)
    orders = """P1|2024-04-02|某厂|东仓|M1|80|800||
        P2|2024-04-03|某厂|东仓|M2|80|800|2024-04-03 11:00|
        P3|2024-04-07|某厂||M3|80|800|2024-04-07 11:00|"""
    books.load("采购订单.csv", ORDERS + orders)
    values = {one.document_no: one.value for one in books.drill(RESPONSE.name, **APRIL).rows}
    # P3 names no warehouse: the movement stands for it
    assert values == {"P1": 0, "P2": 8, "C4": 8}  # 4 to 6 April are a holiday, Sunday the 7th makes up for it
    row = books.one(RESPONSE.name, **APRIL)
    assert (row.figures["share_by_day"], row.figures["share_zero"]) == (1, pytest.approx(1 / 3))


def test_falls_that_tell_no_response_are_counted_with_their_reason(books: Books) -> None:
    """A point of the balance goes before the material's; without one, or without a balance, nothing is judged."""
    books.load("物料.csv", MATERIALS + "M1|甲料|5\nM2|乙料|50\nM3|丙料|50\nM4|丁料|50\nM5|戊料|\nM6|己料|50\nM7|庚料|0")
    opening = """2024-03-31|东仓|M1|100|1000|50
        2024-03-31|东仓|M2|40|400|
        2024-03-31|东仓|M3|100|1000|
        2024-03-31|东仓|M4|100|1000|
        2024-03-31|东仓|M5|100|1000|
        2024-03-31|东仓|M7|100|1000|"""
    books.load("库存余额_期初.csv", BALANCES + opening)
    moves = """C1|2024-04-02|销售出库|东仓|M1|-60|-600|
        R1|2024-04-09|采购入库|东仓|M1|60|600|
        C3|2024-04-02|销售出库|东仓|M3|-60|-600|
        C5|2024-04-02|销售出库|东仓|M5|-99|-990|
        C7|2024-04-02|销售出库|东仓|M7|-101|-990|"""
    books.load("出入库流水.csv", MOVES + moves)
    later = """2024-04-30|东仓|M1|100|1000|
        2024-04-30|东仓|M2|40|400|
        2024-04-30|东仓|M3|40|400|
        2024-04-30|东仓|M4|40|400|
        2024-04-30|东仓|M5|1|10|
        2024-04-30|东仓|M7|-1|-10|"""
    books.load("库存余额_期末.csv", BALANCES + later)
    books.load("采购订单.csv", ORDERS + "P1|2024-04-10|某厂||M1|80|800||\nP4|2024-05-06|某厂||M4|80|800||")
    row = books.one(RESPONSE.name)
    assert (row.value, row.n) == (None, 0)
    reasons = ("recovered_without_order", "already_below", "not_ordered_yet", "fell_between_balances")
    assert row.reasons == dict.fromkeys(sorted(reasons), 1)
    books.load("采购订单2.csv", ORDERS + "P0|2024-04-09|某厂||M1|80|800||")  # on the day on which enough came
    assert (books.one(RESPONSE.name).value, books.one(RESPONSE.name).n) == (32, 1)  # 2, 3, 7 and 8 April


class Move(NamedTuple):
    day: date
    at: time | None
    place: str
    material: str
    quantity: int


class Order(NamedTuple):
    day: date
    at: time | None
    place: str
    material: str


FIRST, LAST = date(2024, 1, 1), date(2024, 6, 30)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
POINTS = {"M1": 20, "M2": 35, "M3": 10}


def worked(instant: datetime) -> float:
    """Working hours from the first day to an instant."""
    passed = sum(8 for one in DAYS if one < instant.date() and chinese_calendar.is_workday(one))
    if not chinese_calendar.is_workday(instant.date()):
        return passed
    hour = instant.hour + instant.minute / 60
    return passed + min(max(hour - 9, 0), 3) + min(max(hour - 13, 0), 5)


def fell_at(moves: list[Move], before: int, point: int) -> time | None:
    """When stock fell for the last time on a day, where all its movements tell their times."""
    steps = Counter[time]()
    for move in moves:
        if not move.at:
            return None
        steps[move.at] += move.quantity
    found: time | None = None
    for at in sorted(steps):
        before += steps[at]
        found = (found or at) if before < point else None
    return found


def answered(fall: date, at: time | None, until: date, orders: list[Order]) -> tuple[date, float, bool] | None:
    """Day of the order that answers a fall, hours, and whether days alone tell them."""
    fitting = [
        one
        for one in orders
        if fall <= one.day <= until and not (one.day == fall and at and one.at and one.at < at)
    ]  # fmt: skip
    if not fitting:
        return None
    one = min(fitting, key=lambda order: (order.day, order.at or time.max))
    timed = at is not None and one.at is not None
    began, ended = (at, one.at) if timed else (time(), time())
    assert began is not None and ended is not None
    return one.day, worked(datetime.combine(one.day, ended)) - worked(datetime.combine(fall, began)), not timed


def test_random_books_agree_with_a_recomputation_fall_by_fall(books: Books) -> None:
    """Six positions over half a year, delivered in parts and partly taken back; every month and warehouse."""
    luck = random.Random(20261125)

    def clock() -> time | None:
        return time(luck.randrange(7, 20), luck.choice((0, 30))) if luck.random() < 0.8 else None

    positions = [(place, material) for place in ("东仓", "西仓") for material in POINTS]
    opening = {position: luck.randrange(15, 60) for position in positions}
    moves, held_then = list[Move](), dict(opening)
    for on in sorted(luck.choices(DAYS, k=500)):
        position = luck.choice(positions)
        enough = held_then[position] >= POINTS[position[1]]
        quantity = luck.choice((-12, -9, -7, -5, 8) if enough else (-3, -2, 14, 15))
        held_then[position] += quantity
        moves.append(Move(on, clock(), *position, quantity))
    luck.shuffle(moves)
    orders = [
        Order(luck.choice(DAYS), clock(), luck.choice(("", "东仓", "西仓")), luck.choice(list(POINTS)))
        for _ in range(90)
    ]
    books.load("物料.csv", MATERIALS + "".join(f"{code}|料{code}|{point}\n" for code, point in POINTS.items()))
    opened = (f"2023-12-31|{place}|{code}|{held}|{held}|\n" for (place, code), held in opening.items())
    books.load("库存余额.csv", BALANCES + "".join(opened))
    lines = [
        f"C{number}|{one.day}|{'销售出库' if one.quantity < 0 else '采购入库'}|{one.place}|{one.material}"
        f"|{one.quantity}|{one.quantity}|{f'{one.day} {one.at}' if one.at else ''}\n"
        for number, one in enumerate(moves)
    ]
    bought = [
        f"P{number}|{one.day}|某厂|{one.place}|{one.material}|5|50|{f'{one.day} {one.at}' if one.at else ''}|\n"
        for number, one in enumerate(orders)
    ]
    books.load("出入库流水1.csv", MOVES + "".join(lines[:200]))
    books.load("采购订单1.csv", ORDERS + "".join(bought[:40]))
    wrong = books.load(
        "出入库流水2.csv", MOVES + f"X1|2024-02-20|销售出库|东仓|M1|-500|-500|\n{''.join(lines[200:300])}"
    )
    books.load("采购订单2.csv", ORDERS + "".join(bought[40:]))
    assert wrong.delivery_id is not None
    books.cockpit.undo(LOCAL_ADMINISTRATOR, wrong.delivery_id)
    books.load("出入库流水3.csv", MOVES + "".join(lines[200:]))
    assert books.cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True).exit_status == 0

    hours: dict[tuple[str, str], list[float]] = defaultdict(list)
    by_day, reasons = Counter[tuple[str, str]](), defaultdict[tuple[str, str], Counter[str]](Counter)
    for position in positions:
        place, material = position
        point, held, fall = POINTS[material], opening[position], None
        mine = [one for one in moves if (one.place, one.material) == position]
        fitting = [one for one in orders if one.material == material and one.place in ("", place)]
        falls: list[tuple[date, time | None, date | None]] = []
        if held < point:
            reasons["2023-12", place]["already_below"] += 1
        below = held < point
        for day in DAYS:
            today = [one for one in mine if one.day == day]
            after = held + sum(one.quantity for one in today)
            if after < point and not below:
                fall = (day, fell_at(today, held, point))
            elif after >= point and below and fall:
                falls.append((*fall, day))
                fall = None
            held, below = after, after < point
        if fall:
            falls.append((*fall, None))
        for on, at, until in falls:
            answer = answered(on, at, until or date.max, fitting)
            if answer is None:
                reasons[f"{on:%Y-%m}", place]["recovered_without_order" if until else "not_ordered_yet"] += 1
            else:
                hours[f"{answer[0]:%Y-%m}", place].append(answer[1])
                by_day[f"{answer[0]:%Y-%m}", place] += answer[2]
    asked = books.ask(RESPONSE.name, grain="month", by=("warehouse",))
    told = {(row.period, row.dimensions["warehouse"]): row for row in asked.rows if row.n or row.excluded}
    assert told.keys() == hours.keys() | reasons.keys() and sum(map(len, hours.values())) > 30
    for group, row in told.items():
        assert row.reasons == dict(reasons[group]), group
        assert row.n == len(hours[group])
        if row.n:
            assert row.value == pytest.approx(statistics.median(hours[group]))
            assert row.figures["mean"] == pytest.approx(statistics.mean(hours[group]))
            assert row.figures["share_by_day"] == pytest.approx(by_day[group] / row.n)
