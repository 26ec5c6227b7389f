"""Wrong cells that an old .xls once gave without a word; each test says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import Settings
from connectors.spreadsheet import Spreadsheet
from tests.machine import sample_file


def cells(path: Path, sheet: str, scratch: Path) -> dict[tuple[int, int], str]:
    """The cells of one sheet by line and column, both from 1."""
    for extract in Spreadsheet().extract(path.name, path, scratch, Settings(), lambda _: None):
        if extract.name == sheet:
            rows = [list(row.values()) for batch in extract.batches for row in batch.to_pylist()]
            return {
                (row[0], place): text for row in rows for place, text in enumerate(row[1:], 1) if text and text.strip()
            }
    raise AssertionError(sheet)


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("poi/spreadsheet/WithTwoCharts.xls", "Sheet2"),
        ("calamine/OOM_alloc.xls", "Weekly Report"),
        ("poi/spreadsheet/external_name.xls", "Example YTP 2"),
    ],
)
def test_figures_of_a_chart_stood_in_the_cells_of_its_sheet(name: str, sheet: str, tmp_path: Path) -> None:
    """What an embedded chart keeps of its series overwrote cells from the first line on."""
    import io

    import xlrd

    path = sample_file("spreadsheets") / name
    other = xlrd.open_workbook(str(path), logfile=io.StringIO()).sheet_by_name(sheet)
    expected = {
        (line + 1, column + 1)
        for line in range(other.nrows)
        for column in range(other.row_len(line))
        if str(other.cell_value(line, column)).strip()
    }
    found = cells(path, sheet, tmp_path)
    assert set(found) == expected
    texts = {place for place in expected if isinstance(other.cell_value(place[0] - 1, place[1] - 1), str)}
    assert all(found[line, column].strip() == other.cell_value(line - 1, column - 1).strip() for line, column in texts)


def test_formulas_marked_the_old_way_were_missing(tmp_path: Path) -> None:
    """A line of formulas from a program that numbers them as Excel 4 did was read as empty."""
    path = sample_file("spreadsheets/poi/spreadsheet/WrongFormulaRecordType.xls")
    found = cells(path, "Sheet 1 - Table 1 - Table 1 - T", tmp_path)
    assert [found[4, column] for column in (1, 2)] == ["3", "2"]


def test_a_chart_on_a_sheet_of_its_own_was_a_table_of_its_series(tmp_path: Path) -> None:
    path = sample_file("spreadsheets/poi/spreadsheet/34775.xls")
    assert cells(path, "Chart1", tmp_path) == {}
