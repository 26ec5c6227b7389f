"""The metric dictionary: the list, one entry by its address, and what is not theirs."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from cockpit.locale import LANGUAGES, Language
from cockpit.metrics import METRICS
from cockpit.model import TABLES
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import RoleView
from cockpit.service.results import LedgerView
from cockpit.ui import basis, blocks, dictionary, door, entry
from cockpit.ui.filters import Filters
from cockpit.ui.tree import targets, texts
from cockpit.ui.view import View
from tests.ui.conftest import drawn, opened, session_of


def view_of(cockpit: Cockpit, language: Language = "zh_CN") -> View:
    ledger = LedgerView("default", "default", "Asia/Shanghai", 1, False, datetime(2026, 11, 1), 1)
    return View(cockpit, LOCAL_ADMINISTRATOR, language, "dictionary", ledger, Filters("default", "2026-10"))


def labels(cockpit: Cockpit, language: Language = "zh_CN") -> dict[str, str]:
    return {one.name: one.label for one in cockpit.dictionary(LOCAL_ADMINISTRATOR, language)}


def test_the_list_holds_every_metric_and_a_search_narrows_it(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("dictionary")
    assert not app.exception
    named = labels(loaded)
    assert all(f"\n{label}\n" in drawn(app) for label in named.values())
    app.text_input(key="dictionary-search").set_value("REVENUE_growth").run()
    said = drawn(app)
    assert f"\n{named['revenue_growth']}\n" in said and f"\n{named['gross_margin_rate']}\n" not in said
    app.text_input(key="dictionary-search").set_value("没有这种东西").run()
    assert "没有符合条件的指标" in drawn(app)
    app.text_input(key="dictionary-search").set_value("").run()
    app.selectbox(key="dictionary-process").set_value("inventory").run()
    said = drawn(app)
    assert f"\n{named['inventory_turnover_days']}\n" in said and f"\n{named['revenue']}\n" not in said


def test_search_and_process_are_still_there_after_an_entry(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("dictionary")
    app.text_input(key="dictionary-search").set_value("revenue").run()
    app.selectbox(key="dictionary-process").set_value("revenue").run()
    app.query_params["metric"] = "revenue"
    app.run()
    assert "dictionary-search" not in {one.key for one in app.text_input} and "算例" in drawn(app)
    del app.query_params["metric"]
    app.run()
    assert app.text_input(key="dictionary-search").value == "revenue"
    assert app.selectbox(key="dictionary-process").value == "revenue"


def test_an_entry_says_everything_by_its_address(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("dictionary", metric="approval_cycle_time", month="2026-10")
    assert not app.exception
    said = drawn(app)
    block = loaded.entry(LOCAL_ADMINISTRATOR, "approval_cycle_time", "zh_CN")
    for part in (block.label, block.name, block.sentence, block.formula, block.caveat, block.example, block.owner):
        assert part in said, part
    for part in (
        "工作时间（默认）、自然时间",
        "目标 2.00 小时、关注 8.00 小时、超限 24.0 小时",
        "第 1 版",
        "2026 年 10 月",
    ):
        assert part in said, part
    assert "120 行" in said and "已知所用字段" in said  # the log that was delivered
    assert block.proofs["example"] in said and "n = 20" in said
    assert app.query_params["metric"] == "approval_cycle_time"


def test_english_is_complete(loaded: Cockpit) -> None:
    door.use(loaded)
    for address in ({}, {"metric": "gross_margin_rate"}, {"metric": "approval_node_wait"}):
        app = opened("dictionary", "en", **address)
        assert not app.exception
        said = drawn(app)
        assert "Metric dictionary" in said and not any(key in said for key in ("ui.", "metric.", "dictionary."))


def test_an_unknown_metric_is_said_beside_the_list(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("dictionary", metric="'; drop table <b>" + "x" * 5000)
    assert not app.exception
    said = drawn(app)
    assert "没有名为“'; drop table <b>" in said and "x" * 300 not in said
    assert labels(loaded)["revenue"] in said


def test_only_what_is_theirs_is_listed_and_the_rest_says_why(loaded: Cockpit) -> None:
    door.use(loaded)
    key = session_of(loaded, "sales")
    who = loaded.entrance.actor(key)
    assert who is not None
    said = drawn(opened("dictionary", session=key))
    for name, label in labels(loaded).items():
        assert (f"\n{label}\n" in said) == who.may("metric", name), name
    said = drawn(opened("dictionary", session=key, metric="overdue_amount"))
    assert "您没有这项权限：查看指标" in said and "3 月 30 日到期" not in said


def test_who_may_see_no_figure_reads_why(loaded: Cockpit) -> None:
    door.use(loaded)
    role = RoleView("only-words", "只看字典", False, ("page:dictionary",), (), (), 0, 0)
    loaded.people.save_role(LOCAL_ADMINISTRATOR, role)
    app = opened("dictionary", session=session_of(loaded, "only-words"))
    assert not app.exception and not app.text_input
    assert "没有任何指标的查看权限" in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_dictionary_is_a_table(loaded: Cockpit, language: Language) -> None:
    view = view_of(loaded, language)
    table = dictionary.as_table(view, view.dictionary(), "", "")
    assert [row[0] for row in table.rows] == list(METRICS)
    assert {len(row) for row in table.rows} == {len(table.columns)} and len(set(table.columns)) == len(table.columns)
    cells = [str(cell) for row in table.rows for cell in row[1:]]
    assert not [cell for cell in cells if cell.startswith(("ui.", "metric.", "owner."))]
    file = load_workbook(BytesIO(blocks._maker(view, "xlsx", table)()))
    assert file.worksheets[0].max_row == len(METRICS) + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_an_entry(loaded: Cockpit, name: str, language: Language) -> None:
    door.use(loaded)
    view = view_of(loaded, language)
    tree = entry.tree(view, view.entry(name))
    said = list(texts(tree))
    assert not [text for text in said if text.startswith(("ui.", "metric.", "dictionary."))]
    assert sum(text.startswith(("✓", "○ ")) for text in said) >= 3  # each kind of proof, there or not
    for table in METRICS[name].sources:
        assert TABLES[table].business_day in (None, *entry.fields(view.entry(name), table))


def test_limits_of_its_own_course_are_told(loaded: Cockpit) -> None:
    block = loaded.entry(LOCAL_ADMINISTRATOR, "gross_margin_rate", "zh_CN")
    assert block.natural and block.json()["thresholds"]["natural"] is True
    assert "2.66" in basis.thresholds(block, "zh_CN") and "2.66" in "".join(texts(basis.tree(block, "zh_CN")))


def test_the_explanation_of_a_card_leads_to_the_entry(loaded: Cockpit) -> None:
    door.use(loaded)
    for role, leads in (("warehouse", True), ("only-overview", False)):
        if role == "only-overview":
            grants = ("page:overview", "metric:inventory_turnover_days")
            loaded.people.save_role(LOCAL_ADMINISTRATOR, RoleView(role, "只看一页", False, grants, (), (), 0, 0))
        app = opened("overview", session=session_of(loaded, role))
        app.session_state["cockpit"].basis = "inventory_turnover_days"
        app.run()
        assert not app.exception
        assert ("在指标字典中打开" in drawn(app)) == leads, role


def test_clicks_lead_to_entries_and_pages(loaded: Cockpit) -> None:
    door.use(loaded)
    view = view_of(loaded)
    assert "entry/revenue" in targets(dictionary.listing(view, view.dictionary()))
    found = set(targets(entry.tree(view, view.entry("revenue"))))
    assert {"entry/", "metric/revenue"} <= found
