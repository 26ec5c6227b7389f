"""Files that cannot be read, or not safely: one clear finding each, and nothing else happens."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.intake.conftest import Desk, codes, found

Book = Callable[..., Path]
GOOD = [["单据编号", "单据日期", "客户", "物料编码", "数量", "金额"], ["X1", "2024-03-05", "甲", "01", 1, 10]]


def blocked(desk: Desk, content: bytes, name: str) -> list[str]:
    path = desk.folder / name
    path.write_bytes(content)
    part = desk.part(path)
    assert part.status == "blocked"
    return codes(part, "error")


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["leer.xlsx", "leer.csv", "leer.xls", "leer.txt"])
def test_empty(desk: Desk, name: str) -> None:
    assert blocked(desk, b"", name) == ["file_empty"]


def test_only_blanks(desk: Desk) -> None:
    assert blocked(desk, b"\xef\xbb\xbf\r\n \r\n", "a.csv") == ["file_empty"]


def test_truncated(desk: Desk, workbook: Book) -> None:
    data = workbook({"a": GOOD}).read_bytes()
    for share in (0.25, 0.6, 0.99):
        assert blocked(desk, data[: int(len(data) * share)], "t.xlsx") == ["file_damaged"]


def test_truncated_xls(desk: Desk) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for line, row in enumerate(GOOD * 50):
        for column, value in enumerate(row):
            sheet.write(line, column, value)
    whole = desk.folder / "whole.xls"
    book.save(str(whole))
    assert desk.part(whole).table == "sales_lines"
    data = whole.read_bytes()
    assert blocked(desk, data[: len(data) // 3], "t.xls")[0] in ("file_damaged", "file_not_a_table", "sheet_damaged")


def test_no_workbook_in_the_package(desk: Desk) -> None:
    assert blocked(desk, packed({"readme.txt": b"x"}), "a.xlsx") == ["no_workbook"]
    assert blocked(desk, packed({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>"}), "a.xlsx") == [
        "no_workbook"
    ]


def test_encrypted(desk: Desk) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert blocked(desk, ole, "geheim.xlsx") == ["file_encrypted"]


def test_bomb(desk: Desk) -> None:
    assert blocked(desk, packed({"xl/workbook.xml": b"<a/>", "xl/big.xml": b"0" * (80 << 20)}), "a.xlsx") == [
        "file_is_bomb"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities(desk: Desk, workbook: Book, encoding: str) -> None:
    parts = members_of(workbook({"a": GOOD}))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet[sheet.index("<worksheet") :]
    parts["xl/worksheets/sheet1.xml"] = f'<?xml version="1.0" encoding="{encoding}"?>{evil}'.encode(encoding)
    assert blocked(desk, packed(parts), "a.xlsx") == ["file_has_entities"]


def test_foreign_files(desk: Desk) -> None:
    assert blocked(desk, b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "bild.xlsx") == ["file_not_a_table"]
    assert blocked(desk, b"%PDF-1.7\n...", "r.xls") == ["file_not_a_table"]
    assert blocked(desk, random.Random(1).randbytes(5000), "r.csv") == ["file_not_a_table"]


def test_text_named_as_a_workbook(desk: Desk) -> None:
    rows = "\n".join(",".join(map(str, row)) for row in GOOD)
    part = desk.text(rows, "导出.xls", "gb18030")
    assert (part.status, codes(part, "warning")) == ("ready", ["file_type_differs"])


def test_web_page_named_as_a_workbook(desk: Desk) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in GOOD)
    page = f"<html><head><meta charset=gb2312><script>alert(1)</script></head><body><table>{rows}</table></body></html>"
    part = desk.text(page, "导出.xls", "gb18030")
    assert (part.status, part.table, part.connector) == ("ready", "sales_lines", "webtable")
    assert desk.rows(part, "document_no", "customer_name") == [("X1", "甲")]


def test_excel_2003_xml(desk: Desk) -> None:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{c}</Data></Cell>' for c in row) + "</Row>" for row in GOOD
    )
    book = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="销售">'
        f"<Table>{rows}</Table></Worksheet></Workbook>"
    )
    part = desk.text(book, "导出.xls")
    assert (part.sheet, part.table) == ("销售", "sales_lines")


def test_header_only(desk: Desk) -> None:
    assert blocked(desk, "单据编号,单据日期,客户,物料编码,数量\n".encode(), "a.csv") == ["no_data_rows"]


def test_unknown_table(desk: Desk) -> None:
    part = desk.text("颜色,形状\n红,1\n", "a.csv")
    assert part.status == "blocked"
    assert found(part, "table_not_recognised").row == 1


def test_damaged_sheet_in_xml(desk: Desk, workbook: Book) -> None:
    parts = members_of(workbook({"a": GOOD}))
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"<row", b"<row =", 1)
    assert blocked(desk, packed(parts), "a.xlsx")[0] == "sheet_damaged"


def test_formulas_without_results(desk: Desk, workbook: Book) -> None:
    part = desk.part(workbook({"a": [*GOOD, ["X2", "2024-03-06", "乙", "02", 2, "=E3*10"]]}))
    issue = found(part, "formula_without_result")
    assert (issue.row, issue.value, issue.count) == (3, "F3", 1)
    assert desk.rows(part, "amount_net")[1] == (None,)


def test_flipped_bits_lose_nothing_silently(desk: Desk, workbook: Book) -> None:
    """A damaged file is refused, or read with every line and cell it had."""
    rows = [GOOD[0], *([f"X{i}", "2024-03-05", "甲", "01", i, 10] for i in range(400))]
    whole = desk.part(workbook({"a": rows}))
    expected = desk.rows(whole, "document_no", "quantity", "amount_net")
    data = (desk.folder / "book.xlsx").read_bytes()
    chance, path, refusals = random.Random(20240305), desk.folder / "flip.xlsx", 0
    for _ in range(40):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        parts = desk.parts(path)
        if any(part.staged for part in parts):
            assert [desk.rows(part, "document_no", "quantity", "amount_net") for part in parts] == [expected]
        else:
            refusals += 1
            assert codes(parts[0], "error")
    assert refusals > 10


def test_cut_text_keeps_what_is_there(desk: Desk) -> None:
    """A text cut in the middle of a line: every whole line is read, the last one is a reject or a shorter row."""
    text = "单据编号,单据日期,客户,物料编码,数量,金额\n" + "".join(
        f"X{i},2024-03-05,甲,01,{i},10\n" for i in range(300)
    )
    path = desk.folder / "cut.csv"
    path.write_bytes(text.encode()[:-20])
    part = desk.part(path)
    assert (part.rows_read, part.rows_rejected) == (300, 1)


def test_one_giant_line(desk: Desk) -> None:
    path = desk.folder / "giant.csv"
    path.write_bytes(",".join(GOOD[0]).encode() + b"\n" + b"x" * (40 << 20))
    part = desk.part(path)
    assert (part.status, found(part, "line_too_long").row) == ("blocked", 2)
    assert blocked(desk, b"x,y\n" + b"1," * 2_000_000, "a.csv") == ["sheet_too_wide"]


def test_quotes_that_do_not_pair(desk: Desk) -> None:
    """Two stray marks in different rows: between them no row is taken into another's cell, no letter is lost."""
    head = "单据编号,单据日期,客户,物料名称,数量,金额\n"
    lines = [f'X{i},2024-03-05,"甲, 乙",茶,{i},10\n' for i in range(1, 60)]
    lines[9] = 'X10,2024-03-05,"甲,茶,10,10\n'
    lines[39] = 'X40,2024-03-05,"乙"丙,茶,40,10\n'
    lines[49] = 'X50,2024-03-05,"两\n行",茶,50,10\n'
    part = desk.text(head + "".join(lines))
    assert (part.rows_read, part.rows_rejected) == (59, 0)
    issue = found(part, "quotes_unbalanced")
    assert (issue.row, issue.count) == (11, 2)
    rows = desk.rows(part, "document_no", "customer_name", "quantity", "_row")
    assert [rows[i] for i in (8, 9, 10, 39, 49, 50)] == [
        ("X9", "甲, 乙", 9, 10),
        ("X10", '"甲', 10, 11),
        ("X11", "甲, 乙", 11, 12),
        ("X40", '"乙"丙', 40, 41),
        ("X50", "两\n行", 50, 51),
        ("X51", "甲, 乙", 51, 53),
    ]


def test_mixed_line_ends(desk: Desk) -> None:
    lines = [
        ",".join(map(str, row)) for row in [GOOD[0], *([f"X{i}", "2024-03-05", "甲", "01", i, 1] for i in range(9))]
    ]
    text = "".join(line + end for line, end in zip(lines, ["\r\n", "\n", "\r"] * 4, strict=False))
    part = desk.text(text)
    assert [row for (row,) in desk.rows(part, "_row")] == list(range(2, 11))


def test_two_encodings_in_one_file(desk: Desk) -> None:
    """Half UTF-8, half GB18030: the unreadable letters are shown, their rows and figures stay."""
    head = "单据编号,单据日期,客户,物料编码,数量,金额\n"
    lines = [f"X{i},2024-03-05,上海甲公司,01,{i},10\n" for i in range(100)]
    path = desk.folder / "a.csv"
    path.write_bytes((head + "".join(lines[:90])).encode() + "".join(lines[90:]).encode("gb18030"))
    part = desk.part(path)
    assert (part.status, part.rows_read, part.rows_rejected) == ("ready", 100, 0)
    issue = found(part, "encoding_damaged")
    assert (issue.row, issue.count) == (92, 10)
    assert [row for (row,) in desk.rows(part, "quantity")] == list(range(100))


def test_utf_32_is_read(desk: Desk) -> None:
    part = desk.text("\n".join(",".join(map(str, row)) for row in GOOD), encoding="utf-32")
    assert desk.rows(part, "document_no", "customer_name") == [("X1", "甲")]
