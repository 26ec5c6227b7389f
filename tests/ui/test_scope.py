"""What pages show to whoever may not see everything: no file to take, and nothing hidden that looks missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.access import EVERY
from cockpit.errors import NotAllowedError
from cockpit.model.sensitive import GROUPS
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.requests import MetricRequest
from cockpit.ui import blocks, deliveries, document, documents
from cockpit.ui.tree import texts
from cockpit.ui.view import View
from tests.soundness.books import Books
from tests.ui import made

SALES = """
    document_no | document_date | department | salesperson | material_code | quantity | unit_price | amount_net
    S1 | 2026-01-05 | A部 | 张三 | M1 | 1 | 77.5 | 77.5
    S1 | 2026-01-05 | A部 | 张三 | M2 | 1 | 88.5 | 88.5
"""
BLIND = Actor("blind", Scope(hidden=GROUPS["price"] | GROUPS["personal"]), EVERY.without(["source_row", "export"]))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    opened = Books(tmp_path)
    opened.load("sales_lines.csv", SALES)
    yield opened
    opened.close()


def seen_by(books: Books, actor: Actor) -> View:
    return replace(made.view(), cockpit=books.cockpit, actor=actor)


def test_a_file_is_offered_to_who_may_take_it_and_noted_when_taken(books: Books) -> None:
    table = blocks.Table("营收", ["部门", "营收"], [["A部", 166.0]], {"筛选": "部门 A部"})
    assert "export" not in blocks.modes(seen_by(books, BLIND))
    assert "export" in blocks.modes(seen_by(books, LOCAL_ADMINISTRATOR))
    take = blocks._maker(seen_by(books, LOCAL_ADMINISTRATOR), "csv", table)
    assert not books.cockpit.audit.search(action="export")
    assert "A部,166.0" in take().decode("utf-8-sig")
    (entry,) = books.cockpit.audit.search(action="export")
    assert entry.resource == "营收" and '"rows": 1' in entry.detail and "部门 A部" in entry.detail
    with pytest.raises(NotAllowedError):
        blocks._maker(seen_by(books, BLIND), "csv", table)()


def test_hidden_is_told_apart_from_missing(books: Books) -> None:
    drilled = books.cockpit.drill(BLIND, "revenue", MetricRequest(), 10, "zh_CN")
    (row,) = drilled.rows
    assert documents.slice_of(drilled, "salesperson", row, "zh_CN") == "无权查看"
    assert documents.slice_of(drilled, "region", row, "zh_CN") == "（未填）"
    found = books.cockpit.document(BLIND, row.table, row.document, "zh_CN")
    assert "无权查看：单价、个人信息" in list(texts(document.withheld(found, "zh_CN")))
    lines = list(texts(document.lines_tree(found, "zh_CN")))
    assert lines.count("无权查看") == 2
    assert "张三" not in repr(found) and "unit_price" not in found.line_columns


def test_others_deliveries_are_an_outline(books: Books) -> None:
    limited = Actor("head", Scope({"department": frozenset({"A部"})}), EVERY)
    (view,) = books.cockpit.deliveries(limited)
    told = list(texts(deliveries.history_tree([view], "zh_CN")))
    assert any("他人上传" in one for one in told) and "0" not in told
