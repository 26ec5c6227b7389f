"""The data page with deliveries on it: taking rejected rows out, and who is offered what."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import LoadRequest
from cockpit.ui import door
from cockpit.ui.session import Session
from tests.ui.conftest import drawn, opened, session_of

SALES = "单据编号,单据日期,部门,物料编码,数量,不含税金额\nS1,2026-01-05,A部,M1,1,100\nS2,没有日期,B部,M1,1,200\n"


@pytest.fixture
def sold(empty: Cockpit, tmp_path: Path) -> Iterator[Cockpit]:
    """A service with a sales delivery of which one row was rejected."""
    file = tmp_path / "销售明细.csv"
    file.write_text(SALES, "utf-8")
    assert empty.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(table="sales_lines")).status == "loaded_with_rejects"
    door.use(empty)
    yield empty


def chosen(cockpit: Cockpit, role: str) -> AppTest:
    """The data page of somebody who looks at the first delivery."""
    app = opened("data", session=session_of(cockpit, role))
    memory: Session = app.session_state["cockpit"]
    memory.modes["delivery"] = "1"
    app.run()
    assert not app.exception
    return app


def taken(make: Callable[[], bytes]) -> bytes:
    """The file as the server takes it: on a thread that knows of no page and no session."""
    found: list[bytes | BaseException] = []

    def take() -> None:
        try:
            found.append(make())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join(60)
    assert isinstance(found[0], bytes), found[0]
    return found[0]


@pytest.mark.parametrize("role", ["administrator", "finance"])
def test_rejected_rows_are_taken_out_by_whose_page_it_is(
    sold: Cockpit, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    button = st.download_button

    def offer(*said: object, **named: object) -> object:
        offered[str(named["key"])] = named["data"]  # type: ignore[assignment]
        return button(*said, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(st, "download_button", offer)
    chosen(sold, role)
    book = openpyxl.load_workbook(io.BytesIO(taken(offered["rejects-1"])))
    assert "没有日期" in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert sold.people.audit(LOCAL_ADMINISTRATOR, actor_name=f"a-{role}", action="export")


def test_only_who_may_deliver_its_tables_is_offered_to_undo_a_delivery(sold: Cockpit, tmp_path: Path) -> None:
    app = chosen(sold, "finance")
    assert any(button.key == "undo-1" for button in app.button)
    file = tmp_path / "部门档案.csv"
    file.write_text("部门编码,部门名称\nA,A部\n", "utf-8")
    assert sold.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(table="departments")).delivery_id == 2
    memory: Session = app.session_state["cockpit"]
    memory.modes["delivery"] = "2"
    app.run()
    assert not any(button.key == "undo-2" for button in app.button)
    assert "批次 2 含有“部门”" in drawn(app)
