"""Tables as files: each carries what was filtered, as of when, and from which version of the data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

KINDS = ("xlsx", "csv")
PICTURES = ("png", "svg")
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TEXT = "@"  # the format that keeps a cell a text when somebody edits it


def maker(kind: str, frame: pd.DataFrame, facts: Mapping[str, str], sheet: str, about: str) -> Callable[[], bytes]:
    """Something that makes the file when it is asked for. `sheet` and `about` name the two sheets of a workbook."""

    def make() -> bytes:
        return workbook(frame, facts, sheet, about) if kind == "xlsx" else text(frame, facts)

    return make


def workbook(frame: pd.DataFrame, facts: Mapping[str, str], sheet: str, about: str) -> bytes:
    """The table on one sheet, what it is on another. Text stays text: no cell becomes a formula."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        frame.map(_writable).to_excel(writer, sheet_name=sheet, index=False)
        pd.DataFrame(list(facts.items())).map(_writable).to_excel(writer, sheet_name=about, index=False, header=False)
        for name, widths in ((sheet, [_width(frame, column) for column in frame.columns]), (about, [24.0, 60.0])):
            page = writer.sheets[name]
            for number, width in enumerate(widths, start=1):
                page.column_dimensions[page.cell(1, number).column_letter].width = width
            for cell in (cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str)):
                cell.data_type = "s"
                if cell.value.startswith(_FORMULA):
                    cell.number_format = _TEXT
    return buffer.getvalue()


def _writable(value: Any) -> Any:
    """Control characters have no place in a file."""
    return _CONTROL.sub("", value) if isinstance(value, str) else value


def _width(frame: pd.DataFrame, column: str) -> float:
    texts = [str(column), *(str(value) for value in frame[column].head(200))]
    return min(60.0, max(sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in texts) + 2.0)


def text(frame: pd.DataFrame, facts: Mapping[str, str]) -> bytes:
    """Comma-separated with a mark, so that spreadsheets read it as UTF-8; the facts stand above the header."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([f"# {name}", safe(value)] for name, value in facts.items())
    writer.writerow(safe(name) for name in frame.columns)
    writer.writerows([safe(value) for value in row] for row in frame.itertuples(index=False, name=None))
    return buffer.getvalue().encode("utf-8-sig")


def safe(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers.

    So does one that already has it, that the one taken away on reading is ours.
    """
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if not isinstance(value, str):
        return value
    plain = _CONTROL.sub("", value)
    return f"'{plain}" if plain.lstrip("'").startswith(_FORMULA) else plain


def file_name(parts: Sequence[str], kind: str) -> str:
    """``采购审批时长_2026-11_v41.xlsx``: what makes two exports differ, without what file systems refuse."""
    return re.sub(r'[\\/:*?"<>|\s_]+', "_", "_".join(parts)).strip("_") + f".{kind}"
