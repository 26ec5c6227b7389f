"""A header is read the same however an export writes it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cockpit.model import TABLES, fold_header, header_currency, header_forms, header_scale, normalise_header


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("单据编号", "单据编号"),
        ("*单据编号：", "单据编号"),
        (" 单 据\n编 号 ", "单据编号"),
        ("單據編號", "单据编号"),
        ("供應商", "供应商"),
        ("帐龄", "账龄"),
        ("金额（元）", "金额"),
        ("金额(万元)", "金额"),
        ("单价/元", "单价"),
        ("税率(%)", "税率"),
        ("数量(主单位)", "数量"),
        ("数量(辅单位)", "数量(辅单位)"),
        ("金额(本币)", "金额(本币)"),
        ("金额【元】", "金额"),
        ("Ｉｎｖｏｉｃｅ Ｎｏ．", "invoiceno"),
        ("Invoice_No", "invoiceno"),
        ("InvoiceNo", "invoiceno"),
        ("CUSTOMER ID", "customerid"),
        ("\ufeffcase_id", "caseid"),
        ("单据日期.日期", "日期"),
        ("店仓.店仓名称", "店仓.店仓名称"),
        ("表体.数量", "数量"),
        ("供应商.编码", "供应商编码"),
        ("期初.数量(主单位)", "期初.数量"),
        ("期末结存.金额(元)", "期末结存.金额"),
        ("FMaterialId.FNumber", "fmaterialid.fnumber"),
        ("1", "1"),
        ("", ""),
        ("（元）", "(元)"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise_header(text) == normal


def test_a_measure_of_a_group_never_loses_its_group() -> None:
    assert "数量" not in header_forms("期初.数量(主单位)")
    assert "金额" not in header_forms("出库.金额")
    assert "数量" in header_forms("明细.数量")


def test_every_synonym_is_its_own_normal_form() -> None:
    for table in TABLES.values():
        for column in table.columns:
            for word in column.synonyms:
                assert normalise_header(word) == fold_header(word)


@pytest.mark.parametrize(
    ("text", "scale", "currency"),
    [
        ("金额", "1", None),
        ("金额(元)", "1", None),
        ("金额(万元)", "10000", None),
        ("销售额（亿）", "100000000", None),
        ("金额(千美元)", "1000", "USD"),
        ("金额(USD)", "1", "USD"),
        ("金额（人民币）", "1", "CNY"),
        ("税率(%)", "0.01", None),
        ("数量(件)", "1", None),
    ],
)
def test_units_of_a_header(text: str, scale: str, currency: str | None) -> None:
    assert header_scale(text) == Decimal(scale)
    assert header_currency(text) == currency
