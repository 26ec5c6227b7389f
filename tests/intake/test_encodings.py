"""Text files in every usual encoding, with every line end and delimiter, give the same rows on the right lines."""

from __future__ import annotations

import codecs
from datetime import date
from decimal import Decimal

import pytest

from connectors.delimited import sniff_delimiter, sniff_encoding
from tests.intake.conftest import Desk, codes, found

HEAD = ["单据编号", "单据日期", "客户", "物料名称", "数量", "金额", "备注"]
ROWS = [
    HEAD,
    ["XS001", "2024-03-05", "上海甲公司", "茶叶", "1", "10.50", "常规"],
    ["XS002", "2024-03-06", "北京乙公司", "毛笔", "-2", "-21", ""],
]
EXPECTED = [
    ("XS001", date(2024, 3, 5), "上海甲公司", Decimal(1), Decimal("10.5"), 2),
    ("XS002", date(2024, 3, 6), "北京乙公司", Decimal(-2), Decimal(-21), 3),
]
COLUMNS = ("document_no", "document_date", "customer_name", "quantity", "amount_net", "_row")


def text(delimiter: str = ",", end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in ROWS) + end


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "utf-16-le+bom"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(desk: Desk, encoding: str, end: str) -> None:
    data = text(end=end).encode(encoding.removesuffix("+bom"))
    path = desk.folder / "销售明细.csv"
    path.write_bytes((codecs.BOM_UTF16_LE if encoding.endswith("+bom") else b"") + data)
    part = desk.part(path)
    assert desk.rows(part, *COLUMNS) == EXPECTED
    assert part.header_row == 1


def test_big5_is_told(desk: Desk) -> None:
    part = desk.text(
        "單據編號,單據日期,客戶,物料名稱,數量,金額\nXS001,2024-03-05,臺北甲公司,茶葉,1,10\n", encoding="big5"
    )
    assert desk.rows(part, "document_no", "customer_name") == [("XS001", "臺北甲公司")]
    assert found(part, "encoding_guessed").params["encoding"] == "big5"


def test_western_text(desk: Desk) -> None:
    part = desk.text(
        "Order No;Order Date;Customer Name;Product;Quantity;Amount\nA1;2024-03-05;Café Zoë;Thé;1;1,5\n",
        encoding="cp1252",
    )
    assert desk.rows(part, "customer_name", "amount_net") == [("Café Zoë", Decimal("1.5"))]


def test_a_stray_byte_is_told_and_costs_one_letter(desk: Desk) -> None:
    path = desk.folder / "销售明细.csv"
    path.write_bytes(text().encode("gb18030").replace("毛笔".encode("gb18030"), b"\xff\xff"))
    part = desk.part(path)
    assert [row[0] for row in desk.rows(part, "document_no")] == ["XS001", "XS002"]
    assert "encoding_damaged" in codes(part, "warning")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^", "~"])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_delimiters(desk: Desk, delimiter: str, suffix: str) -> None:
    part = desk.text(text(delimiter), f"销售明细.{suffix}")
    assert desk.rows(part, *COLUMNS) == EXPECTED


def test_delimiter_beside_decimal_commas() -> None:
    assert sniff_delimiter("Name;Betrag\na;1,50\nb;2,75\n") == ";"
    assert sniff_delimiter("sep=|\na|b,c\n") == "|"
    assert sniff_delimiter("标题一行\na,b,c\n1,2,3\n4,5,6\n") == ","
    assert sniff_delimiter("one\ntwo\n") == ","


def test_encoding_candidates() -> None:
    assert sniff_encoding("中文".encode("utf-16"))[0] == "utf-16"
    assert sniff_encoding(b"plain")[0] == "utf-8"
    assert sniff_encoding("单据编号,客户名称".encode("gb18030"))[1] == "gb18030"
    assert sniff_encoding("單據編號,客戶名稱,數量金額".encode("big5"))[1] == "big5"


def test_quotes_line_breaks_and_blank_lines(desk: Desk) -> None:
    body = (
        "单据编号,单据日期,客户,物料名称,数量,金额\n"
        "\n"
        'XS001,2024-03-05,"甲, 乙 ""丙""",茶,1,10\n'
        'XS002,2024-03-06,"两行\n客户",茶,2,20\n'
        "\n\n"
        'XS003,2024-03-07,丁,5" 管,3,30\n'
    )
    part = desk.text(body)
    assert desk.rows(part, "document_no", "customer_name", "material_name", "_row") == [
        ("XS001", '甲, 乙 "丙"', "茶", 3),
        ("XS002", "两行\n客户", "茶", 4),
        ("XS003", "丁", '5" 管', 8),
    ]
    assert found(part, "skipped_blank").count == 3


def test_ragged_lines(desk: Desk) -> None:
    body = "销售明细表\n单据编号,单据日期,客户,物料名称,数量,金额\nXS001,2024-03-05,甲,茶,1,10,多余,多余\n"
    body += "XS002,2024-03-06,乙,茶,2\n共 2 条\n"
    part = desk.text(body)
    assert desk.rows(part, "document_no", "amount_net", "_row") == [("XS001", Decimal(10), 3), ("XS002", None, 4)]
    assert part.rows_skipped == 2


def test_an_open_quote_does_not_swallow_the_file(desk: Desk) -> None:
    body = "单据编号,单据日期,客户,物料名称,数量,金额\n" + '"XS000,2024-03-05,甲,茶,1,10\n'
    body += "".join(f"XS{i:03},2024-03-06,乙,茶,2,20\n" for i in range(1, 50))
    part = desk.text(body)
    assert part.rows_read == 50
    assert desk.rows(part, "document_no")[-1] == ("XS049",)


def test_codes_protected_from_excel(desk: Desk) -> None:
    body = '单据编号,单据日期,客户,物料编码,数量,金额\n="000123",2024-03-05,甲,="0001",1,10\n'
    body += '"XS2\t",2024-03-05,甲,0002,1,10\n'
    part = desk.text(body)
    assert desk.rows(part, "document_no", "material_code") == [("000123", "0001"), ("XS2", "0002")]
