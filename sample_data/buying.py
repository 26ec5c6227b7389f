"""The purchasing side as its departments export it: approval log, orders, receipts, supplier invoices, payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random

from sample_data import texts, workbooks
from sample_data.approvals import OPEN
from sample_data.catalogue import GROUP, PURCHASING, suppliers
from sample_data.company import Company
from sample_data.documents import Invoice, Order, Payment, Receipt, Request
from sample_data.materials import materials
from sample_data.workbooks import Row, Sheet

PROCESS = "采购申请审批"
BOOK_FROM = date(2026, 9, 1)  # since then order and invoice lists are exported as workbooks
APPROVAL_HEADER = (
    "公司",
    "流程编号",
    "流程名称",
    "申请单号",
    "申请部门",
    "申请人",
    "采购类别",
    "供应商编码",
    "供应商名称",
    "申请金额(元)",
    "审批节点",
    "处理人",
    "处理人部门",
    "操作",
    "到达时间",
    "处理时间",
    "应完成时间",
    "审批意见",
    "单据状态",
)
ORDER_HEADER = (
    "单据编号",
    "单据日期",
    "采购组织",
    "供应商编码",
    "供应商",
    "申请部门",
    "采购员",
    "请购单号",
    "行号",
    "物料编码",
    "物料名称",
    "存货分类",
    "单位",
    "数量",
    "不含税单价",
    "税率(%)",
    "不含税金额",
    "价税合计",
    "交货日期",
    "累计入库数量",
    "累计开票数量",
    "审核人",
    "审核日期",
)
NET = ORDER_HEADER.index("不含税金额")
RECEIPT_HEADER = (
    "收料组织",
    "入库单号",
    "入库日期",
    "供应商编码",
    "供应商名称",
    "采购订单号",
    "采购订单行号",
    "行号",
    "收料仓库",
    "物料编码",
    "物料名称",
    "单位",
    "应收数量",
    "实收数量",
    "拒收数量",
    "不含税单价",
    "不含税金额",
    "已开票数量",
)
BILL_HEADER = (
    "结算组织",
    "应付单号",
    "发票号码",
    "开票日期",
    "供应商编码",
    "供应商名称",
    "入库单号",
    "采购订单号",
    "采购订单行号",
    "行号",
    "存货编码",
    "数量",
    "不含税单价",
    "不含税金额",
    "税率",
    "税额",
    "价税合计",
    "到期日",
)
PAYMENT_HEADER = (
    "结算组织",
    "付款单号",
    "行号",
    "付款日期",
    "供应商编码",
    "供应商名称",
    "付款金额",
    "发票号",
    "结算方式",
    "摘要",
)


def write(company: Company, folder: Path) -> list[Path]:
    """Write the purchasing files into `folder`; returns their paths."""
    paths = [
        texts.save(
            folder / f"OA采购审批记录_{year}.csv",
            approvals([request for request in company.requests if request.submitted.year == year]),
            "gb18030",
        )
        for year in (2024, 2025, 2026)
    ]
    earlier = [order for order in company.orders if order.day < BOOK_FROM]
    later = [order for order in company.orders if order.day >= BOOK_FROM]
    paths += [
        texts.save(folder / "采购订单_202410-202608.csv", orders(earlier, "2024-10-01 至 2026-08-31"), "gb18030"),
        workbooks.save(
            folder / "采购订单_202609-202611.xlsx",
            [Sheet("采购订单", orders(later, "2026-09-01 至 2026-11-20"))],
            GROUP,
        ),
        texts.save(
            folder / "采购入库明细_202410-202512.txt",
            receipts([receipt for receipt in company.receipts if receipt.day.year < 2026]),
            "utf-16",
            "\t",
        ),
        texts.save(
            folder / "采购入库明细_2026.csv",
            receipts([receipt for receipt in company.receipts if receipt.day.year >= 2026]),
            "gb18030",
        ),
        texts.save(
            folder / "应付发票_202410-202608.csv",
            invoices([invoice for invoice in company.payables if invoice.day < BOOK_FROM]),
            "gb18030",
        ),
    ]
    recent = [invoice for invoice in company.payables if invoice.day >= BOOK_FROM]
    bills = [Sheet("供应商汇总", summary(company.payables)), Sheet("应付发票", invoices(recent))]
    paths.append(workbooks.save(folder / "应付发票_202609-202611.xlsx", bills, GROUP))
    paths.append(texts.save(folder / "付款单.txt", payments(company.seed, company.payments), "utf-8", "\t", "\n"))
    return paths


def approvals(requests: list[Request]) -> Iterator[Row]:
    """The OA log, one line per act in the order of its arrival; waiting acts have no 处理时间."""
    yield APPROVAL_HEADER
    for request in requests:
        head = (
            request.company,
            f"LC{request.number[3:].replace('-', '')}",
            PROCESS,
            request.number,
            request.department,
            request.requester,
            request.category,
            request.supplier,
            suppliers()[request.supplier].name,
            texts.money(request.amount),
        )
        for event in sorted(request.events, key=lambda event: (event.acted is None, event.acted or event.arrived)):
            action = event.action if event.acted else OPEN
            yield (
                *head,
                event.node,
                event.actor,
                event.department,
                action,
                texts.clock(event.arrived),
                texts.clock(event.acted),
                texts.clock(event.due),
                event.comment,
                request.status,
            )


def orders(found: list[Order], span: str) -> Iterator[Row]:
    """An order list: two title rows, document cells only on the first line, a 小计 per month, 合计 and a footer."""
    blank: Row = ("",) * len(ORDER_HEADER)
    yield ("采购订单列表",)
    yield (f"业务日期：{span}", "", "", "", "单位：元")
    yield ORDER_HEADER
    total = 0
    for month, group in groupby(found, key=lambda order: (order.day.year, order.day.month)):
        subtotal = 0
        for order in group:
            subtotal += sum(line.net for line in order.lines)
            yield from _order(order)
        total += subtotal
        yield ("小计", f"{month[0]}年{month[1]}月", *blank[2:NET], texts.yuan(subtotal))
    yield ("合计", *blank[1:NET], texts.yuan(total))
    yield blank
    yield ("制表人：章丽娟", "", "", "打印日期：2026-11-20", "", "", "", "第1页/共1页")


def _order(order: Order) -> Iterator[Row]:
    supplier = suppliers()[order.supplier]
    place = int(order.number[-6:])
    head: Row = (
        order.number,
        texts.mixed(order.day, place),
        order.request.company,
        supplier.code,
        supplier.name,
        order.request.department,
        order.buyer,
        order.request.number,
    )
    for line in order.lines:
        item = materials()[line.material]
        # Now and then somebody types the quantity with a Chinese input method.
        quantity = texts.wide(line.quantity) if place % 97 == 0 else line.quantity
        yield (
            *(head if line.number == 1 else ("",) * len(head)),
            line.number,
            item.code,
            item.name,
            item.category,
            item.unit,
            quantity,
            texts.yuan(line.price),
            line.tax_percent,
            texts.yuan(line.net),
            texts.money(line.net + line.tax),
            texts.mixed(line.due, place + 1),
            line.received,
            line.invoiced,
            PURCHASING[place % 2],
            texts.slashed(order.day),
        )


def receipts(found: list[Receipt]) -> Iterator[Row]:
    """One line per receipt line; things used at once have no warehouse."""
    yield RECEIPT_HEADER
    for receipt in found:
        supplier = suppliers()[receipt.order.supplier]
        for line in receipt.lines:
            item = materials()[line.order_line.material]
            yield (
                receipt.order.request.company,
                receipt.number,
                f"{receipt.day:%Y-%m-%d}",
                supplier.code,
                supplier.name,
                receipt.order.number,
                line.order_line.number,
                line.number,
                receipt.warehouse,
                item.code,
                item.name,
                item.unit,
                line.expected,
                line.quantity,
                line.rejected or "",
                texts.plain(line.order_line.price),
                texts.plain(line.quantity * line.order_line.price),
                line.invoiced,
            )


def invoices(found: list[Invoice]) -> Iterator[Row]:
    """One line per invoice line with the receipt and order it belongs to."""
    yield BILL_HEADER
    for invoice in found:
        supplier = suppliers()[invoice.partner]
        for line in invoice.lines:
            yield (
                invoice.company,
                invoice.voucher,
                invoice.number,
                f"{invoice.day:%Y-%m-%d}",
                supplier.code,
                supplier.name,
                invoice.source,
                line.order,
                line.order_line,
                line.number,
                line.material,
                line.quantity,
                texts.yuan(line.price),
                texts.yuan(line.net),
                f"{line.tax_percent}%",
                texts.yuan(line.tax),
                texts.yuan(line.net + line.tax),
                f"{invoice.due:%Y-%m-%d}",
            )


def summary(found: list[Invoice]) -> Iterator[Row]:
    """A pivot somebody keeps in front of the data: supplier by year."""
    totals: dict[str, dict[int, int]] = {}
    for invoice in found:
        years = totals.setdefault(invoice.partner, {2024: 0, 2025: 0, 2026: 0})
        years[invoice.day.year] += invoice.gross
    yield ("求和项:价税合计", "列标签")
    yield ("行标签", "2024年", "2025年", "2026年", "总计")
    for code, years in sorted(totals.items()):
        yield (
            suppliers()[code].name,
            *(texts.yuan(value) for value in years.values()),
            texts.yuan(sum(years.values())),
        )
    sums = [sum(years[year] for years in totals.values()) for year in (2024, 2025, 2026)]
    yield ("总计", *(texts.yuan(value) for value in sums), texts.yuan(sum(sums)))


def payments(seed: int, found: list[Payment]) -> Iterator[Row]:
    """The cashier's list; some texts name no invoice."""
    rng = Random(f"{seed}/payment methods")
    yield PAYMENT_HEADER
    for payment in found:
        yield (
            payment.company,
            payment.number,
            payment.line,
            f"{payment.day:%Y-%m-%d}",
            payment.partner,
            suppliers()[payment.partner].name,
            texts.plain(payment.amount),
            payment.reference,
            rng.choice(("电汇", "电汇", "银行承兑汇票")),
            "货款" if payment.reference else "付货款",
        )
