"""The sample's files can be read as their departments wrote them and hold what was simulated."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from sample_data import buying, selling, storing
from sample_data.catalogue import EAST, JOURNALS, NORTH, SOUTH, WEST
from sample_data.company import Company
from sample_data.production import COUNT_DAYS, COUNTED

ROOT = Path(__file__).resolve().parents[2]


def rows(path: Path, encoding: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def cells(row: Sequence[Any]) -> list[Any]:
    """A row of a streamed sheet, filled up to 30 cells: it ends with its last cell."""
    return [*row, *(None,) * (30 - len(row))]


def test_the_same_seed_writes_the_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    """In another process, with other hashes of texts and at another time."""
    script = (
        f"from pathlib import Path; from sample_data.company import write_sample; write_sample(Path({str(tmp_path)!r}))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, env=environment, timeout=400)
    again = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert again == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_another_seed_is_another_company(company: Company) -> None:
    from sample_data.demand import simulate

    first = company.sales[0].day
    other = simulate(1, first, first)
    assert [sale.net for sale in other] != [sale.net for sale in company.sales if sale.day == first]


def test_the_files_stay_small(files: dict[str, Path]) -> None:
    assert sum(path.stat().st_size for path in files.values()) < 95_000_000


def test_approval_log(company: Company, files: dict[str, Path]) -> None:
    found = [row for year in (2024, 2025, 2026) for row in rows(files[f"OA采购审批记录_{year}.csv"], "gb18030")]
    header = list(buying.APPROVAL_HEADER)
    events = [dict(zip(header, row, strict=True)) for row in found if row != header]
    assert len(events) == sum(len(request.events) for request in company.requests)
    assert sum(event["操作"] == "提交" for event in events) == len(company.requests)
    assert all((event["处理时间"] == "") == (event["操作"] == "待处理") for event in events)
    assert len({event["流程编号"] for event in events}) == len(company.requests)


def test_order_lists_have_titles_blanks_subtotals_and_footer(company: Company, files: dict[str, Path]) -> None:
    book = load_workbook(files["采购订单_202609-202611.xlsx"], read_only=True)
    later = [cells(row) for row in book["采购订单"].iter_rows(values_only=True)]
    earlier = [[cell or None for cell in row] for row in rows(files["采购订单_202410-202608.csv"], "gb18030")]
    line, item, amount = (buying.ORDER_HEADER.index(name) for name in ("行号", "物料编码", "不含税金额"))
    seen: list[tuple[int, int, int, float]] = []
    for found in (earlier, later):
        assert found[0][0] == "采购订单列表" and tuple(found[2][: len(buying.ORDER_HEADER)]) == buying.ORDER_HEADER
        body = found[3:]
        lines = [row for row in body if len(row) > item and row[line] is not None and row[item] is not None]
        subtotals = [float(row[amount]) for row in body if row[0] == "小计"]
        total = float(next(row[amount] for row in body if row[0] == "合计"))
        assert sum(subtotals) == pytest.approx(total) == pytest.approx(sum(float(row[amount]) for row in lines))
        seen.append((len(lines), sum(row[0] is not None for row in lines), len(subtotals), total))
    counts = [sum(numbers) for numbers in zip(*seen, strict=True)]
    assert counts[:3] == [sum(len(order.lines) for order in company.orders), len(company.orders), 26]
    assert round(counts[3] * 100) == sum(one.net for order in company.orders for one in order.lines)
    quantity = buying.ORDER_HEADER.index("数量")
    assert any(isinstance(row[quantity], str) for row in later[3:]), "some are typed with full-width digits"


def test_receipts_in_two_encodings(company: Company, files: dict[str, Path]) -> None:
    earlier = rows(files["采购入库明细_202410-202512.txt"], "utf-16", "\t")
    later = rows(files["采购入库明细_2026.csv"], "gb18030")
    assert earlier[0] == later[0] == list(buying.RECEIPT_HEADER)
    assert len(earlier) + len(later) - 2 == sum(len(receipt.lines) for receipt in company.receipts)
    quantity = earlier[0].index("实收数量")
    assert sum(int(row[quantity]) for row in earlier[1:] + later[1:]) == sum(
        line.quantity for receipt in company.receipts for line in receipt.lines
    )


def test_money_lists(company: Company, files: dict[str, Path]) -> None:
    book = load_workbook(files["应付发票_202609-202611.xlsx"], read_only=True)
    assert book.sheetnames == ["供应商汇总", "应付发票"]
    later = list(book["应付发票"].iter_rows(values_only=True))
    earlier = rows(files["应付发票_202410-202608.csv"], "gb18030")
    assert tuple(earlier[0]) == later[0] == buying.BILL_HEADER
    gross = earlier[0].index("价税合计")
    told = sum(float(row[gross]) for row in earlier[1:]) + sum(row[gross] for row in later[1:])
    assert round(told * 100) == sum(invoice.gross for invoice in company.payables)
    claims = rows(files["销售发票.csv"], "gb18030")
    assert len(claims) - 1 == len(company.receivables)
    paid = rows(files["付款单.txt"], "utf-8", "\t")
    amount = paid[0].index("付款金额")
    assert round(sum(float(row[amount]) for row in paid[1:]) * 100) == sum(one.amount for one in company.payments)
    collected = rows(files["收款单.csv"], "utf-8-sig")
    assert len(collected) - 1 == len(company.collections)
    day, customer = collected[0].index("收款日期"), collected[0].index("客户编码")
    assert 45_000 < int(collected[1][day]) < 47_000, "days are serial numbers"
    assert all(row[customer].startswith("00") for row in collected[1:]), "codes keep their zeros"


def test_sales_lists(company: Company, files: dict[str, Path]) -> None:
    earlier = rows(files["销售出库明细_202410-202609.csv"], "utf-8-sig")
    book = load_workbook(files["销售出库明细_202610-202611.xlsx"], read_only=True)
    assert book.sheetnames == ["透视表", "销售明细", "说明"]
    later = [cells(row) for row in book["销售明细"].iter_rows(values_only=True)]
    assert earlier[0] == list(selling.SALE_HEADER)
    assert set(later[0]) == {None} and tuple(later[1][: len(selling.DOTTED_HEADER)]) == selling.DOTTED_HEADER
    assert len(earlier) - 1 + len(later) - 2 == sum(len(sale.lines) for sale in company.sales)
    net = sum(float(row[earlier[0].index("无税金额")] or 0) for row in earlier[1:])
    net += sum(row[later[1].index("无税金额")] or 0 for row in later[2:])
    assert round(net * 100) == sum(sale.net for sale in company.sales)
    source = earlier[0].index("源单编号")
    back = [row for row in earlier[1:] if row[0] and row[1] == "销售退货单"]
    assert back and {row[source] for row in back} <= {sale.number for sale in company.sales}


def test_stock_lists(company: Company, files: dict[str, Path]) -> None:
    moves = [move for move in company.stock.movements if move.warehouse == EAST]
    journal = [rows(files[f"出入库流水账_华东仓_{year}.csv"], "gb18030") for year in (2024, 2025, 2026)]
    assert sum(len(year) - 1 for year in journal) == len(moves)
    happened, booked = (journal[0][0].index(name) for name in ("业务时间", "记账时间"))
    assert all(row[happened] < row[booked] and row[happened][:10] == row[booked][:10] for row in journal[0][1:])
    text = files["出入库明细_华南仓.txt"].read_text("utf-8").splitlines()
    barred = [line for line in text if line.startswith("|")]
    lines = [line for line in barred if "过账日期" not in line]
    assert len(lines) == sum(move.warehouse == SOUTH for move in company.stock.movements)
    assert len({len(line.encode("gb18030")) for line in barred}) == 1, "the bars stand below each other"
    assert any(cell.strip().endswith("-") for line in lines for cell in line.split("|"))
    north = rows(files["出入库明细_华北仓.csv"], "utf-8-sig")
    way, quantity = north[0].index("收发标志"), north[0].index("数量")
    told = sum(int(row[quantity]) * (1 if row[way] == "入" else -1) for row in north[1:])
    assert told == sum(move.quantity for move in company.stock.movements if move.warehouse == NORTH)


def test_counts_are_of_whole_warehouses(company: Company, files: dict[str, Path]) -> None:
    found = rows(files["库存盘点表_2024-2026.csv"], "gb18030")
    assert tuple(found[0]) == storing.COUNT_HEADER
    positions = [position for position in company.stock.opening if position[1] in JOURNALS]
    assert len(found) - 1 == len(positions) * len(COUNT_DAYS)
    book, counted = found[0].index("账面数量"), found[0].index("实盘数量")
    wrong = [row for row in found[1:] if row[book] != row[counted]]
    assert len(wrong) == sum(move.order == COUNTED for move in company.stock.movements)
    assert 0.98 < 1 - len(wrong) / (len(found) - 1) < 1
    held = company.stock.at(COUNT_DAYS[3])
    day = f"{COUNT_DAYS[3]:%Y-%m-%d}"
    assert {(row[3], row[2]): int(row[book]) for row in found[1:] if row[1] == day} == {
        position: held[position].quantity for position in positions
    }


def test_summaries_carry_over(files: dict[str, Path]) -> None:
    names = sorted(name for name in files if name.startswith("收发存汇总表_西南仓"))
    assert "收发存汇总表_西南仓_2026-08.xlsx" in names and "收发存汇总表_西南仓_2026-09.xlsx" not in names
    months = {}
    for name in names:
        for sheet in load_workbook(files[name]).worksheets:
            months[sheet.title] = [list(row) for row in sheet.iter_rows(values_only=True)]
            assert {"B1:S1", "H3:J3", "Q3:S3"} <= {str(cells) for cells in sheet.merged_cells.ranges}
    assert len(months) == 23
    closing: dict[str, tuple[float, float]] = {}
    for title in sorted(months):
        found = months[title]
        assert found[0][1] == "收发存汇总表" and all(row[0] is None for row in found)
        assert found[3][7:] == ["数量(主单位)", "数量(辅单位)", "金额"] * 3 + ["数量(主单位)", "辅数量", "金额"]
        body = [row for row in found[4:] if row[2] == WEST]
        for row in body:
            opening = (row[7], row[9])
            assert opening == closing.get(row[3], opening)
            assert row[7] + row[10] - row[13] == row[16]
            assert row[9] + row[12] - row[15] == pytest.approx(row[18])
            closing[row[3]] = (row[16], row[18])
        total = next(row for row in found if row[1] == "合计：")
        assert total[16] == sum(row[16] for row in body) and total[18] is None


def test_balances_agree_with_movements(company: Company, files: dict[str, Path]) -> None:
    quantities = {}
    for name in ("期初库存_20240930.xlsx", "库存余额_20261031.xlsx"):
        found = list(load_workbook(files[name], read_only=True).worksheets[0].iter_rows(values_only=True))
        assert found[1] == storing.BALANCE_HEADER
        quantities[name] = {(row[3], row[2]): row[6] for row in found[2:]}
    opening, latest = quantities.values()
    for move in company.stock.movements:
        if move.warehouse in JOURNALS and f"{move.day:%Y%m%d}" <= "20261031":
            opening[move.material, move.warehouse] += move.quantity
    assert opening == latest


def test_master_lists(files: dict[str, Path]) -> None:
    assert len(rows(files["物料档案.csv"], "gb18030")) == 2_001
    assert load_workbook(files["基础档案.xlsx"]).sheetnames == ["部门", "仓库", "职员"]
    assert load_workbook(files["往来单位档案.xlsx"]).sheetnames == ["供应商", "客户"]
    assert load_workbook(files["经营目标_2025-2026.xlsx"]).worksheets[0].max_row == 2 + 24 * 9
