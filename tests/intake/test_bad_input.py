"""Files that cannot be read, or not safely: one clear finding each, and nothing else happens."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.intake.sandbox import Limits, Sandbox, sweep
from cockpit.locale import LANGUAGES, t
from tests.intake.conftest import REFERENCES, Desk, codes, found

Book = Callable[..., Path]
GOOD = [["单据编号", "单据日期", "客户", "物料编码", "数量", "金额"], ["X1", "2024-03-05", "甲", "01", 1, 10]]


def blocked(desk: Desk, content: bytes, name: str) -> list[str]:
    path = desk.folder / name
    path.write_bytes(content)
    part = desk.part(path)
    assert part.status == "blocked"
    for issue in part.issues:
        for language in LANGUAGES:
            assert t(f"issue.{issue.code}", language) != f"issue.{issue.code}"
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


def test_limits_of_the_process(desk: Desk, workbook: Book, tmp_path: Path) -> None:
    """Time and memory end the reading of a file, never the cockpit; the next file is read as if nothing had been."""
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "x,1\n" * 400_000)
    connectors = [(one.target, one.settings) for one in REFERENCES]
    small = workbook({"a": GOOD})
    for limits, code in (
        (Limits(memory=150 << 20, seconds=20), "file_too_large"),
        (Limits(seconds=0, seconds_per_mb=0), "file_took_too_long"),
    ):
        sandbox = Sandbox(1, limits)
        try:
            with sandbox.read(large, "large.csv", connectors, lambda _: None) as read:
                assert [issue.code for issue in read.issues] == [code]
            sandbox.limits = Limits()
            with sandbox.read(small, "small.xlsx", connectors, lambda _: None) as read:
                assert read.sheets[0].rows == 2
        finally:
            sandbox.close()


def test_a_killed_worker_is_replaced(workbook: Book) -> None:
    connectors = [(one.target, one.settings) for one in REFERENCES]
    small = workbook({"a": GOOD})
    sandbox = Sandbox(1)
    try:
        for _ in range(2):
            with sandbox.read(small, "small.xlsx", connectors, lambda _: None) as read:
                assert read.sheets[0].rows == 2
            process = sandbox._workers[0]._process
            assert process is not None
            process.kill()
            process.wait()
    finally:
        sandbox.close()


def test_a_file_that_is_given_up_says_nothing_about_the_next(workbook: Book, tmp_path: Path) -> None:
    """Whoever waited for the file left while it was read."""

    def leave(_rows: int) -> None:
        raise InterruptedError

    connectors = [(one.target, one.settings) for one in REFERENCES]
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "1,2\n" * 400_000, "utf-8")
    sandbox = Sandbox(1)
    try:
        with pytest.raises(InterruptedError), sandbox.read(large, "large.csv", connectors, leave):
            pass
        with sandbox.read(workbook({"a": GOOD}), "small.xlsx", connectors, lambda _: None) as read:
            assert [sheet.rows for sheet in read.sheets] == [2]
    finally:
        sandbox.close()


def test_no_secret_goes_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COCKPIT_SECRET_KEY", "canary")
    sandbox = Sandbox(1)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    try:
        with sandbox.read(path, "a.csv", [(one.target, one.settings) for one in REFERENCES], lambda _: None):
            process = sandbox._workers[0]._process
            assert process is not None
            assert b"canary" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    finally:
        sandbox.close()


def test_leftovers_of_a_killed_process_are_swept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, own = tmp_path / f"cockpit-intake-{gone.pid}-x", tmp_path / f"cockpit-intake-{os.getpid()}-x"
    for folder in (left, own):
        folder.mkdir()
    sweep()
    assert (left.exists(), own.exists()) == (False, True)
