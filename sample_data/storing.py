"""Stock as four warehouses report it: a journal, an SAP list, a list with directions, and monthly summaries only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from sample_data import stories, texts, workbooks
from sample_data.catalogue import EAST, JOURNALS, NORTH, OWNER, SOUTH, WAREHOUSES, WEST
from sample_data.company import Company
from sample_data.documents import Movement
from sample_data.materials import materials
from sample_data.production import COUNT_DAYS, COUNTED, Position
from sample_data.stock import Balance, Stock, reorder_points
from sample_data.stories import FIRST, LAST
from sample_data.workbooks import Row, Sheet

AUTHOR = "骆俊"
LATEST = date(2026, 10, 31)
OPENING = FIRST - timedelta(days=1)
JOURNAL_HEADER = (
    "公司",
    "日期",
    "单据编号",
    "行号",
    "收发类别",
    "仓库",
    "存货编码",
    "存货名称",
    "计量单位",
    "入库数量",
    "入库金额",
    "出库数量",
    "出库金额",
    "业务时间",
    "记账时间",
    "源单号",
    "往来单位编码",
    "备注",
)
SAP_HEADER = (
    "公司代码",
    "凭证编号",
    "项次",
    "过账日期",
    "库存地点",
    "移动类型",
    "物料编号",
    "物料描述",
    "数量",
    "单位",
    "金额",
    "业务时间",
    "入账时间",
    "参考单号",
)
DIRECTED_HEADER = (
    "库存组织",
    "单据日期",
    "单据编号",
    "行号",
    "收发标志",
    "业务类型",
    "仓库名称",
    "物料编码",
    "物料名称",
    "单位",
    "数量",
    "金额",
    "发生时间",
    "记账时间",
    "来源单据号",
)
SAP_TYPES = {
    "采购入库": "101",
    "调拨入库": "305",
    "销售出库": "601",
    "销售退货": "653",
    "材料出库": "261",
    "盘盈": "701",
    "盘亏": "702",
}
BALANCE_HEADER = (
    "库存组织",
    "截止日期",
    "仓库",
    "存货编码",
    "存货名称",
    "计量单位",
    "结存数量",
    "结存金额",
    "再订货点",
)
COUNT_HEADER = (
    "库存组织",
    "盘点日期",
    "仓库",
    "存货编码",
    "存货名称",
    "计量单位",
    "账面数量",
    "实盘数量",
    "盈亏数量",
    "结存金额",
)
SUMMARY_GROUPS = ("期初", "入库", "出库", "期末")


def write(company: Company, folder: Path) -> list[Path]:
    """Write the stock files into `folder`; returns their paths."""
    stock = company.stock
    moves: dict[str, list[Movement]] = {name: [] for name in WAREHOUSES}
    for move in stock.movements:
        moves[move.warehouse].append(move)
    clock = Clock(company)
    span = f"库存地点 {SOUTH}  过账日期 {FIRST:%Y.%m.%d} - {LAST:%Y.%m.%d}"
    paths = [
        texts.save(
            folder / f"出入库流水账_华东仓_{year}.csv",
            journal(clock, [move for move in moves[EAST] if move.day.year == year]),
            "gb18030",
        )
        for year in (2024, 2025, 2026)
    ]
    points = reorder_points(stock)
    held = stock.on((OPENING, *COUNT_DAYS, LATEST))
    paths += [
        texts.bars(folder / "出入库明细_华南仓.txt", ("出入库明细", span), SAP_HEADER, sap(clock, moves[SOUTH])),
        texts.save(folder / "出入库明细_华北仓.csv", directed(clock, moves[NORTH]), "utf-8-sig"),
        workbooks.save(
            folder / f"期初库存_{OPENING:%Y%m%d}.xlsx",
            [Sheet("期初库存", balances(held[OPENING], OPENING, points))],
            AUTHOR,
        ),
        workbooks.save(
            folder / f"库存余额_{LATEST:%Y%m%d}.xlsx",
            [Sheet("库存余额", balances(held[LATEST], LATEST, points))],
            AUTHOR,
        ),
        texts.save(folder / "库存盘点表_2024-2026.csv", counted(stock, held), "gb18030"),
    ]
    books: dict[str, list[Sheet]] = defaultdict(list)
    for month, cards in summaries(stock, moves[WEST]).items():
        books[f"{month:%Y}" if month < date(2026, 7, 1) else f"{month:%Y-%m}"].append(sheet(month, cards))
    paths += [
        workbooks.save(folder / f"收发存汇总表_西南仓_{name}.xlsx", sheets, AUTHOR) for name, sheets in books.items()
    ]
    return paths


def _value(move: Movement) -> int:
    assert move.value is not None
    return move.value


class Clock:
    """When a document happened in the warehouse and when it was booked, mostly within the hour."""

    def __init__(self, company: Company) -> None:
        self.rng = Random(f"{company.seed}/clock")
        self.shipped = {sale.number: sale.shipped for sale in company.sales if sale.shipped}
        self.known: dict[str, tuple[str, str]] = {}

    def of(self, move: Movement) -> tuple[str, str]:
        """Instants of a movement's document, as text."""
        if move.number not in self.known:
            happened = self.shipped.get(move.number)
            if happened is None:
                happened = datetime.combine(move.day, time(9)) + timedelta(seconds=int(self.rng.random() * 27_000))
            booked = happened + timedelta(seconds=60 + int(self.rng.random() ** 3 * 7_000))
            self.known[move.number] = f"{happened:%Y-%m-%d %H:%M:%S}", f"{booked:%Y-%m-%d %H:%M:%S}"
        return self.known[move.number]


def journal(clock: Clock, moves: Iterable[Movement]) -> Iterator[Row]:
    """The factory's warehouse: what came in and what went out in columns of their own."""
    yield JOURNAL_HEADER
    goods = materials()
    for move in moves:
        item = goods[move.material]
        amounts = (abs(move.quantity), texts.plain(abs(_value(move))))
        inbound = move.quantity > 0
        partner = move.partner if move.partner not in WAREHOUSES else ""
        yield (
            OWNER[move.warehouse],
            texts.slashed(move.day),
            move.number,
            move.line,
            move.kind,
            move.warehouse,
            item.code,
            item.name,
            item.unit,
            *(amounts if inbound else ("", "")),
            *(("", "") if inbound else amounts),
            *clock.of(move),
            move.source,
            partner,
            move.partner if move.partner in WAREHOUSES else "",
        )


def sap(clock: Clock, moves: Iterable[Movement]) -> Iterator[tuple[str, ...]]:
    """The southern warehouse's list: quantities and amounts leave with a minus behind the number."""
    goods = materials()
    for move in moves:
        item = goods[move.material]
        quantity = f"{abs(move.quantity):,}" + ("-" if move.quantity < 0 else "")
        yield (
            OWNER[move.warehouse],
            move.number,
            f"{move.line:04d}",
            f"{move.day:%Y.%m.%d}",
            move.warehouse,
            SAP_TYPES[move.kind],
            item.code,
            item.name,
            quantity,
            item.unit,
            texts.trailing(_value(move)),
            *clock.of(move),
            move.source,
        )


def directed(clock: Clock, moves: Iterable[Movement]) -> Iterator[Row]:
    """The northern warehouse's list: a column tells the direction, quantities and amounts have no sign."""
    yield DIRECTED_HEADER
    goods = materials()
    for move in moves:
        item = goods[move.material]
        yield (
            OWNER[move.warehouse],
            f"{move.day:%Y-%m-%d}",
            move.number,
            move.line,
            "入" if move.quantity > 0 else "出",
            move.kind,
            move.warehouse,
            item.code,
            item.name,
            item.unit,
            abs(move.quantity),
            texts.plain(abs(_value(move))),
            *clock.of(move),
            move.source,
        )


def balances(held: dict[Position, Balance], day: date, points: dict[Position, int]) -> Iterator[Row]:
    """Quantity and value on hand at the end of a day in the warehouses that report their movements."""
    yield (f"库存余额表（截至 {day:%Y-%m-%d}）",)
    yield BALANCE_HEADER
    goods = materials()
    for position, balance in sorted(held.items(), key=lambda entry: (entry[0][1], entry[0][0])):
        code, warehouse = position
        if warehouse in JOURNALS:
            item = goods[code]
            yield (
                OWNER[warehouse],
                f"{day:%Y-%m-%d}",
                warehouse,
                code,
                item.name,
                item.unit,
                balance.quantity,
                texts.yuan(balance.value),
                points[position],
            )


def counted(stock: Stock, held: dict[date, dict[Position, Balance]]) -> Iterator[Row]:
    """The stocktakings at the ends of quarters: what the books said and what lay there."""
    yield COUNT_HEADER
    found = [move for move in stock.movements if move.order == COUNTED]
    goods = materials()
    for day, later in zip(COUNT_DAYS, (*COUNT_DAYS[1:], LAST), strict=True):
        wrong = {(move.material, move.warehouse): move.quantity for move in found if day < move.day <= later}
        for position, balance in sorted(held[day].items(), key=lambda entry: (entry[0][1], entry[0][0])):
            code, warehouse = position
            if warehouse not in JOURNALS:
                continue
            item, difference = goods[code], wrong.get(position, 0)
            yield (
                OWNER[warehouse],
                f"{day:%Y-%m-%d}",
                warehouse,
                code,
                item.name,
                item.unit,
                balance.quantity,
                balance.quantity + difference,
                difference or "",
                texts.plain(balance.value),
            )


@dataclass
class Card:
    """One material's month in the west: quantity and value at the start, in, out and at the end."""

    start: tuple[int, int]
    came: list[int] = field(default_factory=lambda: [0, 0])
    went: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def end(self) -> tuple[int, int]:
        return self.start[0] + self.came[0] - self.went[0], self.start[1] + self.came[1] - self.went[1]


def summaries(stock: Stock, moves: list[Movement]) -> dict[date, dict[str, Card]]:
    """The whole months of the west: first day -> material -> card. Goods that come back reduce what went out."""
    held = {
        code: (balance.quantity, balance.value)
        for (code, warehouse), balance in stock.opening.items()
        if warehouse == WEST
    }
    months: dict[date, dict[str, Card]] = {}
    month = FIRST
    while month <= stories.SILENT_LAST_MONTH:
        later = (month + timedelta(days=31)).replace(day=1)
        cards = {code: Card(start) for code, start in sorted(held.items())}
        for move in moves:
            if month <= move.day < later:
                card = cards[move.material]
                if move.quantity > 0 and move.kind != "销售退货":
                    card.came[0] += move.quantity
                    card.came[1] += _value(move)
                else:
                    card.went[0] -= move.quantity
                    card.went[1] -= _value(move)
        months[month] = cards
        held = {code: card.end for code, card in cards.items()}
        month = later
    return months


def sheet(month: date, cards: dict[str, Card]) -> Sheet:
    """A month as a small package prints it: empty first column, two header rows with merged groups, footer."""
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rows: list[Row] = [
        ("", "收发存汇总表"),
        ("", f"{month:%Y.%m.%d} - {last:%Y.%m.%d}"),
        (
            "",
            "公司",
            "仓库",
            "存货编码",
            "存货名称",
            "规格型号",
            "计量单位",
            *(cell for group in SUMMARY_GROUPS for cell in (group, "", "")),
        ),
        ("", "", "", "", "", "", "", *("数量(主单位)", "数量(辅单位)", "金额") * 3, "数量(主单位)", "辅数量", "金额"),
    ]
    totals = [0, 0, 0, 0]
    for code, card in cards.items():
        if not any((*card.start, *card.came, *card.went)):
            continue
        item = materials()[code]
        pairs = (card.start, card.came, card.went, card.end)
        totals = [total + pair[0] for total, pair in zip(totals, pairs, strict=True)]
        cells: list[workbooks.Cell] = []
        for quantity, value in pairs:
            cells += [quantity, "", texts.yuan(value)]
        rows.append(("", OWNER[WEST], WEST, code, item.name, item.spec, item.unit, *cells))
    rows.append(("", "合计：", "", "", "", "", "", *(cell for total in totals for cell in (total, "", ""))))
    rows.append(("",))
    rows.append(
        ("", "制表人：蒋雨薇", "", "", f"打印日期：{last + timedelta(days=1):%Y-%m-%d}", "", "", "", "第1页/共1页")
    )
    merged = (*(f"{column}3:{column}4" for column in "BCDEFG"), "H3:J3", "K3:M3", "N3:P3", "Q3:S3")
    return Sheet(f"{month:%Y年%m月}", rows, ("B1:S1", "B2:S2", *merged))
