"""The pages on a real service: opened as the server opens it, filled through the same load path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft
from cockpit.service.requests import LoadRequest
from cockpit.settings import settings
from cockpit.ui import door
from cockpit.ui.tree import texts
from connectors import CONNECTORS
from tests.machine import ROOT

MAIN = ROOT / "cockpit" / "ui" / "main.py"


def approval_log(folder: Path) -> Path:
    """Forty purchase requests of September and October 2026 through two nodes, as an approval system exports them."""
    lines = ["单据编号,申请部门,节点,操作,处理人,到达时间,处理时间,金额"]
    for number in range(40):
        day = f"2026-{9 + number % 2:02d}-{8 + number % 20:02d}"
        case, department = f"CG-{number:04d}", ("采购部", "生产制造部")[number % 3 == 0]
        handed = f"{day} {10 + number % 3}:0{number % 10}"
        lines += [
            f"{case},{department},提交,提交,张磊,,{day} 09:10,{10_000 + number}",
            f"{case},{department},部门经理,同意,刘洋,{day} 09:10,{handed},{10_000 + number}",
            f"{case},{department},分管副总,同意,陈敏,{handed},{day} 17:{10 + number},{10_000 + number}",
        ]
    file = folder / "采购审批_2026.csv"
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.fixture
def empty(home: Path) -> Iterator[Cockpit]:
    """A service nothing was delivered to."""
    with Cockpit.open(settings(), CONNECTORS) as cockpit:
        door.use(cockpit)
        yield cockpit
    door.use(None)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cockpit]:
    """A service with the approval log in its default ledger."""
    folder = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_HOME", str(folder / "home"))
        settings.cache_clear()
        with Cockpit.open(settings(), CONNECTORS) as cockpit:
            cockpit.load(LOCAL_ADMINISTRATOR, [approval_log(folder)], LoadRequest())
            door.use(cockpit)
            yield cockpit
        door.use(None)
    settings.cache_clear()


PASSWORD = "Gletscher-77-Umbra"
_PLACE = ("127.0.0.1", "AppTest")


def session_of(cockpit: Cockpit, role: str = "administrator", **said: object) -> str:
    """The key of a new session of somebody who holds that role and sees all data; `said` differs from that."""
    name = str(said.pop("name", f"a-{role}"))
    everyone = {one.name: one for one in cockpit.people.people(LOCAL_ADMINISTRATOR)}
    if name not in everyone:
        facts = {"label": f"某{role}", "roles": (role,), "everything": True} | said
        cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft(name, **facts), PASSWORD)  # type: ignore[arg-type]
    return cockpit.entrance.sign_in(name, PASSWORD, *_PLACE)[1]


def opened(page: str = "", language: str = "zh", session: str | None = None, **address: str) -> AppTest:
    """The entry script in a browser of that language, on the page of that name; an administrator's, unless said."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    service = door.cockpit()
    assert service is not None
    key = session_of(service) if session is None else session
    app.user = {"session": key} if key else {}
    app.context = {"locale": "en-GB" if language == "en" else "zh-CN"}
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"../../pages/{page}.py")
        for name, value in address.items():  # a page change clears the address, as in a browser
            app.query_params[name] = value
        app.run()
    return app


def drawn(app: AppTest) -> str:
    """All words of the blocks drawn on the page."""
    trees = [json.loads(element.proto.json)["tree"] for element in app.get("bidi_component")]
    return "\n".join(text for tree in trees for text in texts(tree))
