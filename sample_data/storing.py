"""Stock as three warehouses report it: a journal, an SAP list, and one that only sends its monthly summary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sample_data import texts, workbooks
from sample_data.catalogue import EAST, NORTH, SOUTH, WAREHOUSES
from sample_data.company import FIRST, Company
from sample_data.documents import Movement
from sample_data.materials import materials
from sample_data.stock import Stock
from sample_data.workbooks import Row, Sheet

AUTHOR = "骆俊"
JOURNAL_HEADER = (
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
    "源单号",
    "往来单位编码",
    "备注",
)
SAP_HEADER = (
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
    "参考单号",
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
BALANCE_HEADER = ("截止日期", "仓库", "存货编码", "存货名称", "计量单位", "结存数量", "结存金额")
SUMMARY_GROUPS = ("期初", "入库", "出库", "期末")


def write(company: Company, folder: Path) -> list[Path]:
    """Write the stock files into `folder`; returns their paths."""
    opening, latest = FIRST - timedelta(days=1), date(2026, 10, 31)
    paths = [
        texts.save(folder / "出入库流水账_华东仓.csv", journal(company.stock), "gb18030"),
        texts.bars(
            folder / "出入库明细_华南仓.txt",
            ("出入库明细", f"库存地点 {SOUTH}  过账日期 2024.11.01 - 2026.11.20"),
            SAP_HEADER,
            sap(company.stock),
        ),
        workbooks.save(
            folder / "期初库存_20241031.xlsx", [Sheet("期初库存", balances(company.stock, opening))], AUTHOR
        ),
        workbooks.save(folder / "库存余额_20261031.xlsx", [Sheet("库存余额", balances(company.stock, latest))], AUTHOR),
    ]
    books: dict[str, list[Sheet]] = defaultdict(list)
    for month, cards in summaries(company.stock).items():
        span = (
            f"{month:%Y}"
            if month < date(2026, 1, 1)
            else "2026上半年"
            if month < date(2026, 7, 1)
            else f"{month:%Y-%m}"
        )
        books[span].append(sheet(month, cards))
    paths += [
        workbooks.save(folder / f"收发存汇总表_华北仓_{span}.xlsx", sheets, AUTHOR) for span, sheets in books.items()
    ]
    return paths


def _value(move: Movement) -> int:
    assert move.value is not None
    return move.value


def journal(stock: Stock) -> Iterator[Row]:
    """The factory's warehouse: what came in and what went out in columns of their own."""
    yield JOURNAL_HEADER
    for move in stock.movements:
        if move.warehouse != EAST:
            continue
        item = materials()[move.material]
        amounts = (abs(move.quantity), texts.plain(abs(_value(move))))
        inbound = move.quantity > 0
        partner = move.partner if move.partner not in WAREHOUSES else ""
        yield (
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
            move.source,
            partner,
            move.partner if move.partner in WAREHOUSES else "",
        )


def sap(stock: Stock) -> Iterator[tuple[str, ...]]:
    """The southern warehouse's list: quantities and amounts leave with a minus behind the number."""
    for move in stock.movements:
        if move.warehouse != SOUTH:
            continue
        item = materials()[move.material]
        quantity = f"{abs(move.quantity):,}" + ("-" if move.quantity < 0 else "")
        yield (
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
            move.source,
        )


def balances(stock: Stock, day: date) -> Iterator[Row]:
    """Quantity and value on hand at the end of a day in the two warehouses that keep a journal."""
    yield (f"库存余额表（截至 {day:%Y-%m-%d}）",)
    yield BALANCE_HEADER
    for (code, warehouse), balance in sorted(stock.at(day).items(), key=lambda entry: (entry[0][1], entry[0][0])):
        if warehouse != NORTH:
            item = materials()[code]
            yield (
                f"{day:%Y-%m-%d}",
                warehouse,
                code,
                item.name,
                item.unit,
                balance.quantity,
                texts.yuan(balance.value),
            )


@dataclass
class Card:
    """One material's month in the north: quantity and value at the start, in, out and at the end."""

    start: tuple[int, int]
    came: list[int] = field(default_factory=lambda: [0, 0])
    went: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def end(self) -> tuple[int, int]:
        return self.start[0] + self.came[0] - self.went[0], self.start[1] + self.came[1] - self.went[1]


def summaries(stock: Stock) -> dict[date, dict[str, Card]]:
    """The whole months of the north: first day -> material -> card. Goods that come back reduce what went out."""
    held = {
        code: (balance.quantity, balance.value)
        for (code, warehouse), balance in stock.opening.items()
        if warehouse == NORTH
    }
    moves = [move for move in stock.movements if move.warehouse == NORTH]
    months: dict[date, dict[str, Card]] = {}
    month = FIRST
    while month <= date(2026, 10, 1):
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
            "仓库",
            "存货编码",
            "存货名称",
            "规格型号",
            "计量单位",
            *(cell for group in SUMMARY_GROUPS for cell in (group, "", "")),
        ),
        ("", "", "", "", "", "", *("数量(主单位)", "数量(辅单位)", "金额") * 3, "数量(主单位)", "辅数量", "金额"),
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
        rows.append(("", NORTH, code, item.name, item.spec, item.unit, *cells))
    rows.append(("", "合计：", "", "", "", "", *(cell for total in totals for cell in (total, "", ""))))
    rows.append(("",))
    rows.append(
        ("", "制表人：石铁山", "", "", f"打印日期：{last + timedelta(days=1):%Y-%m-%d}", "", "", "", "第1页/共1页")
    )
    merged = (*(f"{column}3:{column}4" for column in "BCDEF"), "G3:I3", "J3:L3", "M3:O3", "P3:R3")
    return Sheet(f"{month:%Y年%m月}", rows, ("B1:R1", "B2:R2", *merged))
