"""Files made to harm: bombs, entities, lying sizes, far cells, payloads. Each costs little and ends in a clear word."""

from __future__ import annotations

import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.intake.conftest import Desk, codes, found
from tests.machine import sample_file

Book = Callable[..., Path]
HEAD = ["单据编号", "单据日期", "客户", "物料编码", "数量", "金额"]
GOOD = [HEAD, ["X1", "2024-03-05", "甲", "01", 1, 10]]
SHEET = "xl/worksheets/sheet1.xml"
QUICK = 30.0  # seconds for any of these on a busy machine


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def altered(path: Path, change: Callable[[str], str], part: str = SHEET) -> Path:
    """The workbook with one of its XML parts changed."""
    members = members_of(path)
    members[part] = change(members[part].decode("utf-8")).encode("utf-8")
    return pack(path, members)


def refused(desk: Desk, path: Path) -> list[str]:
    began = time.monotonic()
    part = desk.part(path)
    assert part.status == "blocked"
    assert time.monotonic() - began < QUICK
    return codes(part, "error")


# Archives


def test_more_members_than_any_workbook(desk: Desk, workbook: Book) -> None:
    members = members_of(workbook({"a": GOOD}))
    members |= {f"xl/media/{i}.png": b"" for i in range(10_001)}
    assert refused(desk, pack(desk.folder / "a.xlsx", members)) == ["file_is_bomb"]


def test_a_bomb_inside_an_archive_inside_is_never_opened(desk: Desk, workbook: Book) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", bytes(300 << 20))
    members = members_of(workbook({"a": GOOD}))
    part = desk.part(pack(desk.folder / "a.xlsx", {**members, "xl/embeddings/inner.xlsx": inner.getvalue()}))
    assert desk.rows(part, "document_no") == [("X1",)]


def test_a_bomb_that_lies_about_its_size(desk: Desk, workbook: Book) -> None:
    """The archive's list says a hundred bytes; 600 MB come out."""
    members = members_of(workbook({"a": GOOD}))
    sheet = members[SHEET]
    members[SHEET] = sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * (600 << 20), 1)
    data = bytearray(pack(desk.folder / "a.xlsx", members).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            if struct.unpack_from("<I", data, place + offset)[0] > 600 << 20:
                struct.pack_into("<I", data, place + offset, 100)
    path = desk.folder / "a.xlsx"
    path.write_bytes(data)
    assert refused(desk, path)[0] in ("file_damaged", "sheet_damaged", "file_is_bomb")


def test_names_that_lead_out_of_the_archive(desk: Desk, workbook: Book) -> None:
    members = members_of(workbook({"a": GOOD}))
    escape = f"../../../../../../..{desk.folder}/escaped.xml"
    part = desk.part(pack(desk.folder / "a.xlsx", {**members, escape: b"<a/>", "/abs.xml": b"<a/>"}))
    assert (part.status, (desk.folder / "escaped.xml").exists()) == ("ready", False)


# Entities

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
ENTITIES = {
    "external": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "remote": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY l9 "{"a" * 100_000}">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
}


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("kind", ENTITIES)
def test_entities(desk: Desk, workbook: Book, kind: str, part: str) -> None:
    def poison(xml: str) -> str:
        body = xml[xml.index("?>") + 2 :] if xml.startswith("<?xml") else xml
        return f'<?xml version="1.0"?>{ENTITIES[kind]}{body.replace("X1", "&l9;")}'

    assert refused(desk, altered(workbook({"a": GOOD}), poison, part)) == ["file_has_entities"]


def test_entities_behind_a_long_comment(desk: Desk, workbook: Book) -> None:
    """Out of sight of a look at the part's beginning; the reader itself follows none."""
    evil = f'<?xml version="1.0"?><!--{"x" * 200_000}--><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    path = workbook({"a": [HEAD, ["X1", "2024-03-05", "&e;", "01", 1, 10]]})
    path = altered(path, lambda xml: evil + xml[xml.index("<worksheet") :].replace("&amp;e;", "&e;"))
    assert refused(desk, path) == ["sheet_damaged"]


@pytest.mark.parametrize("kind", ENTITIES)
def test_entities_in_web_tables(desk: Desk, kind: str) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in GOOD)
    path = desk.folder / "导出.xls"
    path.write_text(f'<?xml version="1.0"?>{ENTITIES[kind]}<table>{rows.replace("X1", "&l9;")}</table>', "utf-8")
    part = desk.part(path)
    if kind == "remote":  # a page may name its document type; nobody fetches it
        assert desk.rows(part, "document_no") == [("&l9;",)]
    else:
        assert codes(part, "error") == ["file_has_entities"]


def test_files_of_others_with_entities(desk: Desk) -> None:
    folder = sample_file("spreadsheets")
    for name in ("poi/spreadsheet/poc-xmlbomb.xlsx", "poi/spreadsheet/54764.xlsx", "generated/xxe_local_file.xlsx"):
        assert refused(desk, folder / name) == ["file_has_entities"], name


# Sizes


@pytest.mark.parametrize("said", ["A1", "A1:B2", "A1:XFD1048576", "ZZ9:A1"])
def test_a_sheet_that_lies_about_its_size(desk: Desk, workbook: Book, said: str) -> None:
    rows = [HEAD, *([f"X{i}", "2024-03-05", "甲", "01", i, 10] for i in range(300))]
    path = altered(
        workbook({"a": rows}), lambda xml: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{said}"', xml)
    )
    part = desk.part(path)
    assert (part.status, part.rows_read, len(desk.rows(part, "quantity"))) == ("ready", 300, 300)


@pytest.mark.parametrize(
    ("cell", "lines", "columns"),
    [("XFD1048576", 1_048_576, 16_384), ("XFD2", 2, 16_384), ("ZZ1048576", 1_048_576, 702)],
)
def test_a_cell_far_away_is_named(desk: Desk, workbook: Book, cell: str, lines: int, columns: int) -> None:
    row = re.sub(r"\D", "", cell)
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'
    if lines == 2:
        path = altered(workbook({"a": GOOD}), lambda xml: xml.replace("</row></sheetData>", far[far.index("<c") :]))
    else:
        path = altered(workbook({"a": GOOD}), lambda xml: xml.replace("</sheetData>", far))
    part = desk.part(path)
    issue = found(part, "sheet_reaches_too_far")
    assert (part.status, issue.value) == ("blocked", cell)
    assert (issue.params["lines"], issue.params["columns"]) == (lines, columns)


def test_a_format_far_away_is_nothing(desk: Desk, workbook: Book) -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    part = desk.part(altered(workbook({"a": GOOD}), lambda xml: xml.replace("</sheetData>", far)))
    assert (part.status, part.rows_read) == ("ready", 1)


def test_a_far_cell_on_one_sheet_leaves_the_other_told_apart(desk: Desk, workbook: Book) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = altered(workbook({"草稿": [["x", "y"]], "销售": GOOD}), lambda xml: xml.replace("</sheetData>", far))
    parts = {part.sheet: part for part in desk.parts(path)}
    assert (parts["草稿"].status, parts["销售"].status) == ("blocked", "ready")
    [part] = desk.parts(path, sheet="销售")
    assert part.status == "ready"


def test_a_far_cell_where_no_look_ahead_is_possible(desk: Desk) -> None:
    """A file whose reader is stopped by its limits, or ends itself, still gives a finding."""
    issue = desk.part(sample_file("spreadsheets/generated/far_cell.xlsx")).issues[-1]
    assert issue.code == "sheet_reaches_too_far"


def test_columns_beyond_the_limit(desk: Desk) -> None:
    head = ",".join([*HEAD, *(f"x{i}" for i in range(16_378))])
    line = ",".join(["X1", "2024-03-05", "甲", "01", "1", "10", *("9" for _ in range(16_378))])
    issue = found(desk.text(f"{head}\n{line}\n", table="sales_lines"), "sheet_too_wide")
    assert (issue.params["columns"], issue.params["limit"]) == (16_384, 4_096)


@pytest.mark.parametrize("width", [1_200, 4_096])
def test_a_wide_table_loads(desk: Desk, width: int) -> None:
    head = ",".join([*HEAD, *(f"x{i}" for i in range(width - 6))])
    lines = [
        ",".join([f"X{i}", "2024-03-05", "甲", "01", "1", "10", *("9" for _ in range(width - 6))]) for i in range(9)
    ]
    lines[4] = "合计,,,,9,90" + "," * (width - 6)
    part = desk.text("\n".join([head, *lines]), table="sales_lines")
    assert (part.status, part.rows_read, part.rows_skipped) == ("ready", 9, 1)
    assert len(found(part, "columns_unused").params["headers"]) < 300


@pytest.mark.corpus
def test_every_line_a_sheet_can_have(desk: Desk) -> None:
    """1,048,576 lines: as many as Excel allows."""
    path, lines = desk.folder / "million.xlsx", 1_048_576
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("销售")
        sheet.write_row(0, 0, HEAD)
        for line in range(1, lines):
            sheet.write_row(
                line, 0, [f"X{line}", 45_000 + line % 365, f"客户{line % 900}", f"M{line % 5000}", line % 7, 1]
            )
    part = desk.part(path)
    assert (part.status, part.rows_read, part.rows_rejected) == ("ready", lines - 1, 0)
    assert desk.con.execute(f"SELECT count(DISTINCT document_no), sum(quantity) FROM {part.staged}").fetchall()[0] == (
        lines - 1,
        sum(line % 7 for line in range(1, lines)),
    )


def test_everything_merged(desk: Desk, workbook: Book) -> None:
    areas = ["A1:XFD1048576", *(f"A{i}:F{i}" for i in range(2, 3000))]
    merges = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    xml = f'</sheetData><mergeCells count="{len(areas)}">{merges}</mergeCells>'
    part = desk.part(altered(workbook({"a": GOOD}), lambda sheet: sheet.replace("</sheetData>", xml)))
    assert desk.rows(part, "document_no", "amount_net") == [("X1", Decimal(10))]


# Payloads

EVIL = [
    "=HYPERLINK(\"http://127.0.0.1:9/\",\"x\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![](http://127.0.0.1:9)",
    "$\\frac{1}{2}$ :red[x] `x` **x**", "{{7*7}} {0.__class__} %(x)s %s", "'; DROP TABLE parts; --", '" OR ""="',
    "../../etc/passwd", "a\x01\x07\x1b[31mb", "\u202egnp.exe", "\u200b零宽", "𠮷野家 ☃ é", "x" * 30_000,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_payloads_stay_plain_text(desk: Desk, kind: str) -> None:
    """In cells, headers and sheet names: nothing runs, nothing is cut, nothing is taken for anything else."""
    rows = [[f"X{i}", "2024-03-05", text, "01", 1, 10] for i, text in enumerate(EVIL)]
    head = [*HEAD, "<script>alert(2)</script>", "'; DROP TABLE x; --", '=1+1"']
    if kind == "csv":
        import csv

        path = desk.folder / "<b>&'.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    else:
        import xlsxwriter

        path = desk.folder / "a.xlsx"
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet('<b>&"x"; --')
            for line, row in enumerate([head, *rows]):
                for column, value in enumerate(row):
                    sheet.write(line, column, value)
    part = desk.part(path)
    assert part.status == "ready", part.issues
    assert [text for (text,) in desk.rows(part, "customer_name")] == [text.strip("\u200b") for text in EVIL]
    assert part.sheet == (None if kind == "csv" else '<b>&"x"; --')


def test_nul_bytes_and_control_characters(desk: Desk) -> None:
    rows = "".join(f"X{i}\0,2024-03-05,甲\x0b乙\x1b[0m,01,1,10\0\0\n" for i in range(50))
    part = desk.text(f"{','.join(HEAD)}\n{rows}")
    assert (part.rows_read, part.rows_rejected) == (50, 0)
    assert desk.rows(part, "document_no", "customer_name", "amount_net")[7] == ("X7", "甲\x0b乙\x1b[0m", Decimal(10))


def test_formulas_are_never_solved(desk: Desk, workbook: Book) -> None:
    """The stored result counts; a formula without one is missing, and that is said."""
    path = workbook(
        {"a": [*GOOD, ["X2", "2024-03-06", "乙", "02", 2, "=E3*10"], ["X3", "2024-03-06", "乙", "02", 3, 7]]}
    )
    path = altered(
        path, lambda xml: xml.replace("<v>7</v>", "<f>WEBSERVICE(&quot;http://127.0.0.1:9&quot;)</f><v>7</v>")
    )
    part = desk.part(path)
    assert desk.rows(part, "amount_net") == [(Decimal(10),), (None,), (Decimal(7),)]
    issue = found(part, "formula_without_result")
    assert (issue.row, issue.value, issue.count) == (3, "F3", 1)


def test_macros_are_not_run(desk: Desk) -> None:
    parts = desk.parts(sample_file("spreadsheets/poi/spreadsheet/SimpleMacro.xlsm"))
    assert {part.status for part in parts} <= {"blocked", "ignored"}
    assert not [part for part in parts if {"file_damaged", "file_crashed_reader"} & set(codes(part))]


def test_hidden_sheets_rows_and_columns_are_data_too(desk: Desk) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in [*GOOD, ["X2", "2024-03-06", "乙", "02", 2, 20]]:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["F"].hidden = True
    hidden = book.create_sheet("旧数据")
    for row in [HEAD, ["X9", "2023-03-06", "乙", "02", 2, 20]]:
        hidden.append(row)
    hidden.sheet_state = "veryHidden"
    book.save(desk.folder / "a.xlsx")
    parts = desk.parts(desk.folder / "a.xlsx")
    assert [desk.rows(part, "document_no", "amount_net") for part in parts] == [
        [("X1", Decimal(10)), ("X2", Decimal(20))],
        [("X9", Decimal(20))],
    ]
    assert [codes(part, "warning") for part in parts] == [[], ["sheet_is_hidden"]]


# Disguises and passwords


def test_a_workbook_named_as_text(desk: Desk, workbook: Book) -> None:
    part = desk.part(workbook({"a": GOOD}, name="导出.csv"))
    assert (part.table, codes(part, "warning")) == ("sales_lines", ["file_type_differs"])


def test_passwords(desk: Desk) -> None:
    """Workbooks of Excel 5 to today, and OpenDocument."""
    folder = sample_file("spreadsheets")
    for name in (
        "poi/poifs/protect.xlsx", "poi/poifs/protected_sha512.xlsx", "calamine/pass_protected.xlsb",
        "calamine/pass_protected.ods", "poi/spreadsheet/xor-encryption-abc.xls", "phpspreadsheet/XLS/pwtest.xls",
        "sheetjs/biff5/password_2002_40_xor.xls", "sheetjs/password_2002_128_enhanced.xls",
        "messytables/encrypted_no_password.xls",
    ):  # fmt: skip
        assert refused(desk, folder / name) == ["file_encrypted"], name


def test_strict_workbooks_are_read(desk: Desk) -> None:
    parts = desk.parts(sample_file("spreadsheets/poi/spreadsheet/SampleSS.strict.xlsx"))
    assert [part.rows_read for part in parts] == [4, 7, 0]


def test_files_of_others_that_are_something_else(desk: Desk) -> None:
    folder = sample_file("spreadsheets/generated")
    assert refused(desk, folder / "png_as.xlsx") == ["file_not_a_table"]
    assert refused(desk, folder / "random.xlsx") == ["file_not_a_table"]
    assert refused(desk, folder / "only_bom.csv") == ["file_empty"]
    assert refused(desk, folder / "no_workbook.xlsx") == ["no_workbook"]
    for name in ("csv_as.xlsx", "html_as.xls", "tsv_utf16_as.xls"):
        part = desk.part(folder / name)
        assert codes(part, "warning") == ["file_type_differs"], name
        assert part.rows_read > 1, name
