"""The sales side as its departments export it: deliveries, customer invoices, money received, sales plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sample_data import demand, texts, workbooks
from sample_data.catalogue import GROUP, OWNER, REGIONS, SALES_DEPARTMENTS, customers
from sample_data.company import Company
from sample_data.documents import Invoice, Sale, SaleLine
from sample_data.materials import materials
from sample_data.workbooks import Row, Sheet

NEW_SYSTEM = date(2026, 10, 1)
SALE_HEADER = (
    "公司",
    "单据类型",
    "出库单号",
    "出库日期",
    "客户编码",
    "客户名称",
    "区域",
    "销售部门",
    "业务员",
    "渠道",
    "仓库名称",
    "序号",
    "存货编码",
    "存货名称",
    "规格型号",
    "存货分类",
    "单位",
    "数量",
    "无税单价",
    "无税金额",
    "税率(%)",
    "税额",
    "价税合计",
    "成本金额",
    "订单确认时间",
    "承诺日期",
    "实际发货时间",
    "源单编号",
    "备注",
)
DOTTED_HEADER = (
    "公司",
    "单据类型",
    "单据编号",
    "单据日期.日期",
    "客户.客户编码",
    "客户.客户名称",
    "客户.区域",
    "销售部门",
    "业务员",
    "渠道",
    "店仓.店仓名称",
    "行号",
    "商品.商品编码",
    "商品.品名",
    "商品.商品分类",
    "数量",
    "无税金额",
    "税率(%)",
    "价税合计",
    "成本金额",
    "确认时间",
    "承诺交期",
    "实际发货时间",
    "原单号",
    "备注",
)
CLAIM_HEADER = (
    "公司",
    "应收单号",
    "发票号码",
    "开票日期",
    "客户编码",
    "客户名称",
    "销售部门",
    "出库单号",
    "无税金额",
    "税额",
    "价税合计",
    "到期日",
)
MONEY_HEADER = (
    "公司",
    "收款单号",
    "行号",
    "收款日期",
    "客户编码",
    "客户名称",
    "收款金额",
    "发票号码",
    "结算方式",
    "备注",
)
PLAN_HEADER = ("指标编码", "部门", "区域", "期间", "开始日期", "结束日期", "目标值", "说明")


def write(company: Company, folder: Path) -> list[Path]:
    """Write the sales files into `folder`; returns their paths."""
    earlier = [sale for sale in company.sales if sale.day < NEW_SYSTEM]
    later = [sale for sale in company.sales if sale.day >= NEW_SYSTEM]
    book = [Sheet("透视表", pivot(later)), Sheet("销售明细", dotted(company.seed, later)), Sheet("说明", notes())]
    return [
        texts.save(folder / "销售出库明细_202410-202609.csv", deliveries(company.seed, earlier), "utf-8-sig"),
        workbooks.save(folder / "销售出库明细_202610-202611.xlsx", book, GROUP),
        texts.save(folder / "销售发票.csv", invoices(company.seed, company.receivables), "gb18030"),
        texts.save(folder / "收款单.csv", collections(company), "utf-8-sig"),
        workbooks.save(folder / "经营目标_2025-2026.xlsx", [Sheet("经营目标", targets())], GROUP),
    ]


def _kind(sale: Sale) -> str:
    return "销售退货单" if sale.source else "销售出库单"


def _remark(sale: Sale, line: SaleLine) -> str:
    return "赠品" if line.amount is None else "退货" if sale.source else ""


def _times(sale: Sale, line: SaleLine) -> Row:
    """When the order was confirmed, what day was promised, when the goods left; returns have none of them."""
    promised = f"{line.promised:%Y-%m-%d}" if line.promised else ""
    return texts.clock(sale.confirmed), promised, texts.clock(sale.shipped)


def deliveries(seed: int, found: list[Sale]) -> Iterator[Row]:
    """Until the new system came: one line per delivery line, days as 2024/3/5, returns with negative quantity."""
    yield SALE_HEADER
    for sale in found:
        customer = customers(seed)[sale.customer]
        for line in sale.lines:
            item = materials()[line.material]
            amounts: Row = ("", "", line.tax_percent, "", "")
            if line.amount is not None:
                amounts = (
                    texts.plain(line.price),
                    texts.plain(line.amount),
                    line.tax_percent,
                    texts.plain(line.tax),
                    texts.plain(line.amount + line.tax),
                )
            yield (
                OWNER[sale.warehouse],
                _kind(sale),
                sale.number,
                texts.slashed(sale.day),
                customer.code,
                customer.name,
                sale.region,
                sale.department,
                sale.salesperson,
                sale.channel,
                sale.warehouse,
                line.number,
                item.code,
                item.name,
                item.spec,
                item.category,
                item.unit,
                line.quantity,
                *amounts,
                "" if line.cost is None else texts.plain(line.cost),
                *_times(sale, line),
                sale.source.number if sale.source else "",
                _remark(sale, line),
            )


def dotted(seed: int, found: list[Sale]) -> Iterator[Row]:
    """From the new system: a blank first row, headers with a path, days as whole numbers."""
    yield ("",)
    yield DOTTED_HEADER
    for sale in found:
        customer = customers(seed)[sale.customer]
        for line in sale.lines:
            item = materials()[line.material]
            amounts: Row = ("", line.tax_percent, "")
            if line.amount is not None:
                amounts = (texts.yuan(line.amount), line.tax_percent, texts.yuan(line.amount + line.tax))
            yield (
                OWNER[sale.warehouse],
                _kind(sale),
                sale.number,
                texts.whole(sale.day),
                customer.code,
                customer.name,
                sale.region,
                sale.department,
                sale.salesperson,
                sale.channel,
                sale.warehouse,
                line.number,
                item.code,
                item.name,
                item.category,
                line.quantity,
                *amounts,
                "" if line.cost is None else texts.yuan(line.cost),
                *_times(sale, line),
                sale.source.number if sale.source else "",
                _remark(sale, line),
            )


def pivot(found: list[Sale]) -> Iterator[Row]:
    """A pivot somebody keeps beside the data: department by month."""
    months = range(NEW_SYSTEM.month, 12)
    totals = {department: dict.fromkeys(months, 0) for department in SALES_DEPARTMENTS}
    for sale in found:
        totals[sale.department][sale.day.month] += sale.net
    yield ("求和项:无税金额", "列标签")
    yield ("行标签", *(f"{month}月" for month in months), "总计")
    for department, values in totals.items():
        yield (department, *(texts.yuan(value) for value in values.values()), texts.yuan(sum(values.values())))


def notes() -> Iterator[Row]:
    """A sheet of remarks."""
    yield ("说明",)
    yield ("1. 退货以负数列示，计入退货当月；",)
    yield ("2. 赠品无金额；",)
    yield ("3. 透视表由市场部每周五更新，仅供参考。",)


def invoices(seed: int, found: list[Invoice]) -> Iterator[Row]:
    """One line per invoice with the delivery it belongs to."""
    yield CLAIM_HEADER
    for invoice in found:
        customer = customers(seed)[invoice.partner]
        yield (
            invoice.company,
            invoice.voucher,
            invoice.number,
            f"{invoice.day:%Y-%m-%d}",
            customer.code,
            customer.name,
            invoice.department,
            invoice.source,
            texts.plain(invoice.net),
            texts.plain(invoice.gross - invoice.net),
            texts.plain(invoice.gross),
            f"{invoice.due:%Y-%m-%d}",
        )


def collections(company: Company) -> Iterator[Row]:
    """The cashier's own list: days as unformatted serial numbers."""
    rng = Random(f"{company.seed}/collection methods")
    yield MONEY_HEADER
    for payment in company.collections:
        remark = "货款" if payment.reference else "客户未注明发票号"
        yield (
            payment.company,
            payment.number,
            payment.line,
            texts.serial(payment.day),
            payment.partner,
            customers(company.seed)[payment.partner].name,
            texts.money(payment.amount),
            payment.reference,
            rng.choice(("电汇", "电汇", "银行承兑汇票")),
            remark,
        )


def plans() -> dict[tuple[int, int, str], int]:
    """Planned net revenue in yuan by year, month, region: the trend, with the Spring Festival split."""
    found = {}
    for year in (2025, 2026):
        for month in range(1, 13):
            for region in REGIONS.values():
                expected = demand.plan(region, year, 1 if month == 2 else month) / 100 * 0.995
                if month <= 2:
                    early = {2025: 0.45, 2026: 0.685}[year]
                    expected *= early if month == 1 else 1 - early
                found[year, month, region.name] = round(expected / 10_000) * 10_000
    return found


def targets() -> Iterator[Row]:
    """The yearly plan: monthly revenue of each region, of each department and of all, and of approvals."""
    yield (f"{GROUP} 2025—2026 年经营目标",)
    yield PLAN_HEADER
    found = plans()
    for year in (2025, 2026):
        for month in range(1, 13):
            first = date(year, month, 1)
            span = (
                f"{first:%Y-%m}",
                f"{first:%Y-%m-%d}",
                f"{(first + timedelta(days=31)).replace(day=1) - timedelta(days=1):%Y-%m-%d}",
            )
            for region in REGIONS.values():
                planned = found[year, month, region.name]
                yield ("revenue", "", region.name, *span, f"{planned // 10_000:,}万", "不含税营收")
            for department in SALES_DEPARTMENTS:
                mine = [region.name for region in REGIONS.values() if region.department == department]
                planned = sum(found[year, month, name] for name in mine)
                yield ("revenue", department, "", *span, f"{planned // 10_000:,}万", "不含税营收")
            whole = sum(found[year, month, name] for name in REGIONS)
            yield ("revenue", "", "", *span, f"{whole / 100_000_000:.4f}亿", "不含税营收，全公司")
            yield ("approval_cycle_time", "", "", *span, 4 if year == 2026 else 5, "工作小时，中位数")
