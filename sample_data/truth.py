"""How large each planted story became, counted in the simulated documents in plain Python."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from sample_data import figures, stories
from sample_data.approvals import BUYING, VAGUE
from sample_data.catalogue import JOURNALS, NORTH, SOUTH, TRADER, customers, suppliers
from sample_data.company import Company, simulate
from sample_data.documents import Request
from sample_data.materials import materials
from sample_data.purchasing import ASKERS

FILE = Path(__file__).with_name("stories.json")
FIRST, AFTER_LAST = stories.FIRST, stories.AFTER_LAST
OCTOBER = date(2026, 10, 1), date(2026, 11, 1)
USED = ("销售出库", "生产领料", "材料出库", "调拨出库")


@dataclass(frozen=True)
class Story:
    """One planted story; `size` in `unit`, `end` exclusive. `also` names other figures in which it shows."""

    id: str
    metric: str
    slice: dict[str, str]
    start: date
    end: date
    size: float
    unit: str
    expect: Literal["warning", "figure"]
    also: list[dict[str, object]] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        """As stories.json holds it."""
        told = asdict(self)
        told["from"], told["to"] = told.pop("start").isoformat(), told.pop("end").isoformat()
        order = ("id", "metric", "slice", "from", "to", "size", "unit", "expect", "also")
        return {name: told[name] for name in order}


def _also(metric: str, **slices: str) -> dict[str, object]:
    return {"metric": metric, "slice": slices}


def _decided(company: Company, start: date, end: date, department: str) -> list[Request]:
    return [
        request
        for request in company.requests
        if request.department == department
        and request.status in ("审批通过", "审批不通过")
        and start <= max(event.acted for event in request.events if event.acted).date() < end
    ]


def stamped(company: Company) -> Story:
    """Share of the acts of the node that took less than a minute; nobody was ever refused there."""
    acts = [
        event for request in company.requests for event in request.events if event.node == stories.STAMP_NODE
    ]  # fmt: skip
    done = [event for event in acts if event.acted]
    quick = sum(figures.working_seconds(event.arrived, event.acted) < 60 for event in done if event.acted)
    assert {event.action for event in done} == {"同意"}
    share = round(quick / len(done), 4)
    return Story(
        "rubber_stamp", "approval_pass_through_share", {"node": stories.STAMP_NODE}, FIRST, AFTER_LAST, share,
        "share_under_one_minute", "warning", [_also("approval_node_wait", node=stories.STAMP_NODE)],
    )  # fmt: skip


def long_route(company: Company) -> Story:
    """Mean number of different nodes that dealt with a document."""
    counts = []
    for request in company.requests:
        if request.status in ("审批通过", "审批不通过"):
            acted = {event.node for event in request.events if event.acted and event.action not in ("催办", "抄送")}
            counts.append(len(acted - {"提交申请", "抄送"}))
    size = round(sum(counts) / len(counts), 2)
    return Story("long_route", "approval_steps", {}, FIRST, AFTER_LAST, size, "count", "warning")


def slow(company: Company) -> Story:
    """Median hours of the department's approvals since its manager takes so long."""
    cycle = figures.cycle(company, stories.SLOW_FROM, AFTER_LAST, stories.SLOW_DEPARTMENT)
    also = [
        _also("approval_node_wait", approver=stories.SLOW_APPROVER),
        _also("approval_breach_rate", approver=stories.SLOW_APPROVER),
        _also("approval_breach_rate", department=stories.SLOW_DEPARTMENT),
        _also("approval_breach_rate", node="部门经理审批"),
        _also("approval_breach_rate"),
        _also("approval_backlog", approver=stories.SLOW_APPROVER),
        _also("approval_backlog", node="部门经理审批"),
        _also("approval_backlog"),
        _also("process_throughput_time"),
        _also("process_throughput_time", department=stories.SLOW_DEPARTMENT),
        *(
            _also(metric, category=name)
            for metric in ("approval_cycle_time", "process_throughput_time")
            for name in ASKERS[stories.SLOW_DEPARTMENT][2]
        ),
    ]
    return Story(
        "slow_approver", "approval_cycle_time", {"department": stories.SLOW_DEPARTMENT}, stories.SLOW_FROM,
        AFTER_LAST, round(cycle.median, 2), "hours", "warning", also,
    )  # fmt: skip


def rework(company: Company) -> Story:
    """Share of the department's decided documents that were returned, refused or submitted again."""
    decided = _decided(company, stories.REWORK_FROM, AFTER_LAST, stories.REWORK_DEPARTMENT)
    again = sum(any(event.action in ("退回", "不同意", "重新提交") for event in one.events) for one in decided)
    also = [
        _also("approval_rework_rate", node=BUYING),
        _also("approval_rework_rate", reason=VAGUE),
        _also("approval_rework_rate", company=TRADER),
        _also("process_throughput_time", department=stories.REWORK_DEPARTMENT),
        _also("process_throughput_time", company=TRADER),
        *(_also("process_throughput_time", category=name) for name in ASKERS[stories.REWORK_DEPARTMENT][2]),
    ]
    return Story(
        "rework", "approval_rework_rate", {"department": stories.REWORK_DEPARTMENT}, stories.REWORK_FROM, AFTER_LAST,
        round(again / len(decided), 4), "share", "warning", also,
    )  # fmt: skip


def festival(company: Company) -> Story:
    """February 2026, in which the festival lay, against February 2025, which it had left."""
    growth = figures.growth(company, date(2026, 2, 1), date(2026, 3, 1))
    names = (
        "revenue", "revenue_growth_sequential", "inventory_turnover_days", "days_of_cover", "plan_attainment",
        "order_cycle_time", "approval_backlog", "gross_margin_rate", "process_throughput_time", "reconciled_rate",
    )  # fmt: skip
    return Story(
        "spring_festival", "revenue_growth", {}, date(2026, 2, 1), date(2026, 3, 1), round(float(growth), 4), "share",
        "warning", [_also(name) for name in names],
    )  # fmt: skip


def pilot(company: Company) -> Story:
    """Median hours of the pilot's approvals after its beginning against those before."""
    before = figures.cycle(company, date(2025, 6, 1), stories.PILOT_FROM, stories.PILOT_DEPARTMENT)
    later = figures.cycle(company, stories.PILOT_FROM, AFTER_LAST, stories.PILOT_DEPARTMENT)
    return Story(
        "pilot", "approval_cycle_time", {"department": stories.PILOT_DEPARTMENT}, stories.PILOT_FROM, AFTER_LAST,
        round(later.median / before.median - 1, 4), "share", "figure",
    )  # fmt: skip


def dead_share(company: Company, warehouse: str | None, day: date, days: int = 180) -> float:
    """Value of what was not used for `days` of the value in the warehouse (all that report movements) on `day`."""
    last: dict[tuple[str, str], date] = {}
    for move in company.stock.movements:
        if move.day <= day and move.kind in USED:
            last[move.material, move.warehouse] = move.day
    slow = total = 0
    for position, balance in company.stock.at(day).items():
        if position[1] == warehouse if warehouse else position[1] in JOURNALS:
            total += max(0, balance.value)
            idle = day - last.get(position, FIRST)
            slow += balance.value if idle >= timedelta(days=days) else 0
    return slow / total


def dead(company: Company) -> Story:
    """Share of the southern warehouse's stock value that nobody used for half a year, at the end of October."""
    share = dead_share(company, stories.DEAD_WAREHOUSE, date(2026, 10, 31))
    start = stories.REDESIGNED + timedelta(days=180)
    also = [_also("slow_moving_share", warehouse=SOUTH, category=name) for name in ("包装备件", "备品备件")]
    also += [_also("slow_moving_share", category=name) for name in ("包装备件", "备品备件")]
    also += [
        _also(metric, **slices)
        for metric in ("days_of_cover", "inventory_turnover_days")
        for slices in ({"category": "包装备件"}, {"category": "备品备件"}, {"warehouse": SOUTH}, {"company": TRADER})
    ]
    return Story(
        "dead_stock", "slow_moving_share", {"warehouse": stories.DEAD_WAREHOUSE}, start, AFTER_LAST, round(share, 4),
        "share", "warning", also,
    )  # fmt: skip


def empty_days(company: Company, start: date, end: date, category: str | None = None) -> tuple[int, int]:
    """(days without stock, days) of the positions in demand: used within the 90 days up to the day."""
    goods = materials()
    held = {position: balance.quantity for position, balance in company.stock.opening.items()}
    used: dict[tuple[str, str], date] = {}
    moves = iter(company.stock.movements)
    move = next(moves, None)
    empty = days = 0
    day = FIRST
    while day < end:
        while move is not None and move.day <= day:
            position = move.material, move.warehouse
            held[position] += move.quantity
            if move.kind in USED:
                used[position] = day
            move = next(moves, None)
        if day >= start:
            for position, last in used.items():
                wanted = position[1] in JOURNALS and category in (None, goods[position[0]].category)
                if wanted and (day - last).days < 90:
                    days += 1
                    empty += held[position] <= 0
        day += timedelta(days=1)
    return empty, days


def stock_out(company: Company) -> Story:
    """Share of the days on which motors in demand were not there."""
    start, end = stories.STOCK_OUT_FROM, stories.STOCK_OUT_TO
    empty, days = empty_days(company, start, end, stories.STOCK_OUT_CATEGORY)
    also = [
        _also("stock_out_rate", warehouse=NORTH),
        _also("stock_out_rate", warehouse=SOUTH),
        _also("stock_out_rate"),
        _also("days_of_cover", category=stories.STOCK_OUT_CATEGORY),
        _also("inventory_turnover_days", category=stories.STOCK_OUT_CATEGORY),
        _also("replenishment_response"),
        _also("revenue", category=stories.STOCK_OUT_CATEGORY),
    ]
    return Story(
        "stock_out", "stock_out_rate", {"category": stories.STOCK_OUT_CATEGORY}, start, end, round(empty / days, 4),
        "share", "warning", also,
    )  # fmt: skip


def negative(company: Company) -> Story:
    """Materials below zero of those in stock in the southern warehouse on the last day."""
    held = [
        balance.quantity for (_, place), balance in company.stock.closing.items() if place == stories.NEGATIVE_WAREHOUSE
    ]
    share = sum(quantity < 0 for quantity in held) / sum(quantity != 0 for quantity in held)
    also = [_also("negative_stock_share"), _also("stock_out_rate", warehouse=SOUTH)]
    return Story(
        "negative_stock", "negative_stock_share", {"warehouse": stories.NEGATIVE_WAREHOUSE}, stories.NEGATIVE_FROM,
        AFTER_LAST, round(share, 4), "share", "warning", also,
    )  # fmt: skip


def price_and_volume(company: Company, region: str, start: date, end: date) -> tuple[float, float]:
    """Growth of a region's gross sales on the year before, and what of it is quantity at unchanged prices."""
    now: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    then: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    earlier = start.replace(year=start.year - 1), end.replace(year=end.year - 1)
    for sale in company.sales:
        if sale.region != region or sale.source is not None:
            continue
        for sums, (first, after) in ((now, (start, end)), (then, earlier)):
            if first <= sale.day < after:
                for line in sale.lines:
                    sums[line.material][0] += line.quantity
                    sums[line.material][1] += line.amount or 0
    goods = materials()
    old, new = (sum(amount for _, amount in sums.values()) for sums in (then, now))
    volumes = [sum(quantity * goods[code].price for code, (quantity, _) in sums.items()) for sums in (then, now)]
    return new / old - 1, volumes[1] / volumes[0] - 1


def price_rise(company: Company) -> Story:
    """Growth of the region since it raised its prices; volume hardly grows."""
    growth, _ = price_and_volume(company, stories.PRICE_REGION, stories.PRICE_FROM, AFTER_LAST)
    also = [_also("gross_margin_rate"), _also("revenue", region=stories.PRICE_REGION)]
    return Story(
        "price_rise", "revenue_growth", {"region": stories.PRICE_REGION}, stories.PRICE_FROM, AFTER_LAST,
        round(growth, 4), "share", "figure", also,
    )  # fmt: skip


def return_share(company: Company, start: date, end: date, material: str | None = None) -> float:
    """Amount that came back of the gross sales of the same time."""
    back = sold = 0
    for sale in company.sales:
        if start <= sale.day < end:
            for line in sale.lines:
                if material in (None, line.material):
                    amount = line.amount or 0
                    back, sold = back - min(0, amount), sold + max(0, amount)
    return back / sold


def returns(company: Company) -> Story:
    """Amount returned of the product's sales while the bad lot was about."""
    end = date(2026, 11, 1)
    share = return_share(company, stories.RETURNED_FROM, end, stories.RETURNED_MATERIAL)
    also = [_also(metric, category="减速机") for metric in ("return_rate", "inventory_turnover_days")]
    return Story(
        "returns", "return_rate", {"product": stories.RETURNED_MATERIAL}, stories.RETURNED_FROM, end, round(share, 4),
        "share", "warning", also,
    )  # fmt: skip


def _overdue(company: Company, side: Literal["payable", "receivable"], partner: str, day: date = stories.LAST) -> float:
    """Open amount past due of one partner in yuan."""
    payable = side == "payable"
    invoices, payments = (company.payables, company.payments) if payable else (company.receivables, company.collections)
    mine = [invoice for invoice in invoices if invoice.partner == partner]
    return float(figures.overdue(mine, payments, day))


def money(company: Company) -> list[Story]:
    """What one customer no longer pays, what another leaves open, what was paid twice in place of something else."""
    found = []
    for name, side, code, start in (
        ("missing_payments", "receivable", stories.MISSING_CUSTOMER, stories.MISSING_FROM),
        ("short_payments", "receivable", stories.SHORT_CUSTOMER, stories.SHORT_FROM),
        ("duplicate_payments", "payable", stories.TWICE_SUPPLIER, stories.TWICE_FROM),
    ):
        partners = suppliers() if side == "payable" else customers(company.seed)
        also = [
            _also("overdue_amount", side=side),
            _also("reconciled_rate", side=side),
            _also("reconciled_rate", side=side, partner=partners[code].name),
            *(_also("overdue_amount", side=side, company=name) for name in ("衡岚制造", "衡岚贸易")),
        ]
        size = _overdue(company, "payable" if side == "payable" else "receivable", code)
        found.append(
            Story(
                name, "overdue_amount", {"side": side, "partner": partners[code].name}, start, AFTER_LAST, size,
                "amount", "warning", also,
            )
        )  # fmt: skip
    return found


def silence(company: Company) -> Story:
    """Days from the last summary of the western warehouse to the last day of business."""
    last = (stories.SILENT_LAST_MONTH + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = (stories.LAST - last).days
    also = [_also("data_freshness", warehouse="西南仓"), _also("stock_value", warehouse="西南仓")]
    return Story(
        "silent_source", "data_freshness", {"table": "stock_summaries"}, stories.SILENT_FROM, AFTER_LAST, float(days),
        "days", "warning", also,
    )  # fmt: skip


TELLERS: tuple[Callable[[Company], Story], ...] = (
    stamped, long_route, slow, rework, festival, pilot, dead, stock_out, negative, price_rise, returns, silence,
)  # fmt: skip


def truths(company: Company) -> list[Story]:
    """Every planted story with its size."""
    return [*(tell(company) for tell in TELLERS), *money(company)]


def text(company: Company) -> str:
    """The content of stories.json."""
    return json.dumps([story.told() for story in truths(company)], ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write stories.json anew: ``python -m sample_data.truth``."""
    FILE.write_text(text(simulate()), "utf-8")


if __name__ == "__main__":
    main()
