"""Wrong numbers that were found by reading the definitions with hostile eyes; each test says what was wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cockpit.errors import RefusedError
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

SALES = "单据编号|单据日期|客户名称|商品编码|数量|不含税金额"


def test_weeks_were_instants_and_ended_in_an_error(books: Books) -> None:
    books.load("销售.csv", f"{SALES}\nS1|2026-03-02|甲|M1|1|10\nS2|2026-03-08|甲|M1|1|5\nS3|2026-03-09|甲|M1|1|7")
    weeks = books.ask("revenue", grain="week").rows
    assert {row.period: row.value for row in weeks} == {"2026-W10": 15, "2026-W11": 7}


class TestRejectsThatComeBack:
    """Corrected rows counted twice when their file was loaded twice, and without the delivery they complete."""

    @pytest.fixture
    def corrected(self, books: Books, tmp_path: Path) -> Path:
        rows = f"{SALES}\nS1|2026-03-02|甲|M1|1|100\nS1|2026-02-31|甲|M2|1|250"
        books.load("销售.csv", rows, rejects=True)
        out = tmp_path / "rejects.xlsx"
        assert books.cockpit.rejects(LOCAL_ADMINISTRATOR, 1, out, "zh_CN") == 1
        book = load_workbook(out)
        sheet = book.worksheets[0]
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value == "2026-02-31":
                    cell.value = "2026-03-02"
        book.save(out)
        return out

    def test_they_count_once(self, books: Books, corrected: Path) -> None:
        for _ in range(2):
            books.deliver([corrected])
            assert books.one("revenue").value == 350

    def test_they_go_with_the_delivery_they_complete(self, books: Books, corrected: Path) -> None:
        books.deliver([corrected])
        books.cockpit.undo(LOCAL_ADMINISTRATOR, 1)
        assert books.ask("revenue").rows == ()
        with pytest.raises(RefusedError, match="rejects_of_inactive_delivery"):
            books.deliver([corrected])


class TestOpenItemsBeforeTheFirstPayment:
    """Invoices were invisible before the first payment, as the window began with the payments."""

    @pytest.fixture
    def invoice(self, books: Books) -> Books:
        books.load("应收发票.csv", "单据编号|单据日期|客户编码|价税合计|到期日\nAR1|2024-01-10|C1|1000|2024-02-10")
        books.load("收款单.csv", "收款单号|收款日期|客户编码|发票号|收款金额\nR1|2024-03-01|C1|AR1|400")
        return books

    def test_they_are_open(self, invoice: Books) -> None:
        assert invoice.one("reconciled_rate", end="2024-02-01").value == 0
        assert invoice.one("overdue_amount", end="2024-03-01").value == 1000
        assert next(iter(invoice.months("reconciled_rate"))) == "2024-01"

    def test_nothing_late_is_zero_and_not_unknown(self, invoice: Books) -> None:
        assert invoice.one("overdue_amount", end="2024-02-11").value == 0


@pytest.mark.parametrize("rate", ["1", "0.01", "1%"])
def test_one_percent_of_tax_was_read_as_all_of_it(books: Books, rate: str) -> None:
    lines = (
        f"单据编号|单据日期|物料编码|数量|税率(%)|价税合计\nS1|2026-03-05|M1|1|{rate}|101\nS2|2026-03-05|M1|1|13|113"
    )
    books.load("销售.csv", lines)
    assert books.one("revenue").value == 200


BALANCE = "结存日期|仓库|物料编码|数量\n2024-02-29|A|M1|100\n2024-02-29|B|M1|10"
SALE = "单据编号|单据日期|业务类型|仓库|物料编码|数量\nX1|2024-03-21|销售出库|B|M1|10"
MARCH = {"start": "2024-03-01", "end": "2024-04-01", "params": {"basis": "quantity"}}


def test_a_transfer_slip_in_one_line_made_stock(books: Books) -> None:
    books.load("库存余额.csv", BALANCE)
    books.load("出入库流水.csv", SALE)
    books.load(
        "调拨单.csv", "单据编号|单据日期|业务类型|调出仓库|调入仓库|物料编码|数量\nD1|2024-03-11|调拨单|A|B|M1|30"
    )
    assert books.one("inventory_turnover_days", **MARCH).value == pytest.approx((110 * 20 + 100 * 11) / 10)


def test_a_days_total_beside_the_same_day_by_warehouse_was_added(books: Books) -> None:
    books.load("库存余额.csv", "结存日期|物料编码|数量\n2024-02-29|M1|100")
    books.load("库存余额2.csv", "结存日期|仓库|物料编码|数量\n2024-02-29|A|M1|60\n2024-02-29|B|M1|40")
    books.load("出入库流水.csv", SALE.replace("2024-03-21", "2024-03-11"))
    assert books.one("inventory_turnover_days", **MARCH).value == pytest.approx((100 * 10 + 90 * 21) / 10)


def test_the_first_summary_was_outside_a_window_that_nobody_gave(books: Books) -> None:
    head = "存货编码|仓库|开始日期|结束日期|期初数量|期初金额|出库数量|出库金额|期末数量|期末金额"
    february = "M1|A|2024-02-01|2024-02-29|100|1000|10|100|90|900"
    march = "M1|A|2024-03-01|2024-03-31|90|900|30|300|60|600"
    books.load("收发存汇总表.csv", f"{head}\n{february}\n{march}", table="stock_summaries")
    asked = books.one("inventory_turnover_days", start="2024-02-01", end="2024-04-01").value
    assert asked == pytest.approx((950 * 29 + 750 * 31) / 400)
    assert books.one("inventory_turnover_days").value == asked
    assert list(books.months("inventory_turnover_days")) == ["2024-02", "2024-03"]


def test_a_rate_table_says_the_currency_of_a_ledger_that_names_none(books: Books) -> None:
    books.load("销售.csv", f"{SALES}|币别\nS1|2026-03-05|甲|M1|1|100|CNY\nS2|2026-03-05|甲|M1|1|10|USD")
    books.load("汇率.csv", "原币|本位币|日期|汇率\nUSD|CNY|2026-03-05|7.1")
    row = books.one("revenue")
    assert (row.value, row.currency) == (171, "CNY")


def test_an_act_open_in_one_file_and_closed_in_another_of_the_same_delivery_is_closed(books: Books) -> None:
    head = "单据编号 | 节点 | 审批人 | 操作 | 到达时间 | 审批时间"
    submit = "C1 | 提交 | 张三 | 提交 | | 2026-03-02 09:00"
    opened = books.file("审批记录a.csv", f"{head}\n{submit}\nC1 | 经理 | 李四 | | 2026-03-02 09:00 |")
    closed = books.file(
        "审批记录b.csv", f"{head}\n{submit}\nC1 | 经理 | 李四 | 同意 | 2026-03-02 09:00 | 2026-03-02 11:00"
    )
    books.deliver([opened, closed])
    assert books.one("approval_cycle_time").value == 2


def test_a_month_that_the_window_cuts_at_the_newest_day_is_partial(books: Books) -> None:
    books.load("库存余额.csv", BALANCE)
    books.load("出入库流水.csv", SALE)
    months = books.months("inventory_turnover_days", params={"basis": "quantity"})
    assert months["2024-03"].partial


def test_an_old_stated_day_does_not_make_newer_data_partial(books: Books) -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(180)]
    rows = [f"S{n}|{day}|甲|M1|1|10" for n, day in enumerate(days) if day.weekday() < 5]
    books.load("销售1.csv", "\n".join([SALES, *rows[:20]]), as_of=datetime(2024, 2, 1))
    books.load("销售2.csv", "\n".join([SALES, *rows[20:]]))
    assert not books.one("revenue", start="2024-05-01", end="2024-06-01").partial


def test_a_plan_may_name_its_metric_in_chinese(books: Books) -> None:
    books.load("销售.csv", f"{SALES}\nS1|2026-03-05|甲|M1|1|100")
    books.load("经营目标.csv", "指标|开始日期|结束日期|目标值\n营收|2026-03-01|2026-03-31|120")
    assert books.one("revenue", start="2026-03-01", end="2026-04-01").target is not None


def test_a_product_whose_name_sounds_like_a_pivot_is_a_product(books: Books) -> None:
    books.load(
        "销售.csv", "单据编号|单据日期|商品编码|商品名称|数量|不含税金额\nS1|2026-03-05|M1|Count of Monte Cristo|1|100"
    )
    assert books.one("revenue").value == 100


def test_red_slips_alone_are_not_read_as_sales_without_a_word(books: Books) -> None:
    red = books.load("出入库流水.csv", SALE.replace("|10", "|-4"))
    assert "sign_read_as_outward" in [issue.code for part in red.parts for issue in part.issues]
    both = books.load("出入库流水2.csv", SALE + "\nX2|2024-03-22|销售出库|B|M1|-4")
    assert "sign_read_as_outward" not in [issue.code for part in both.parts for issue in part.issues]


def test_days_of_another_ledger_were_shown_as_those_of_this_one(books: Books) -> None:
    """The data page and the choice of months took the first and last day over all ledgers, the sample's included."""
    books.load("甲.csv", f"{SALES}\nS1|2024-01-02|甲|M1|1|10", ledger="old")
    books.load("乙.csv", f"{SALES}\nS1|2026-03-02|甲|M1|1|10\nS2|2026-03-09|甲|M1|1|5", ledger="new")
    sales = next(one for one in books.cockpit.tables(LOCAL_ADMINISTRATOR) if one.name == "sales_lines")
    assert sales.days == {
        "old": (date(2024, 1, 2), date(2024, 1, 2)),
        "new": (date(2026, 3, 2), date(2026, 3, 9)),
    }
    assert (sales.first_day, sales.last_day) == (date(2024, 1, 2), date(2026, 3, 9))
