"""The log of a server, told in the tests' own process, and a real server with one person of every role."""

from __future__ import annotations

import io
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from cockpit import logs
from cockpit.__main__ import command
from cockpit.access.people import RuleView
from cockpit.access.roles import ADMINISTRATOR, BUILTIN
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.settings import Settings, settings
from connectors import CONNECTORS
from tests.site import PASSWORD, Browser, Server, server
from tests.ui.conftest import approval_log


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """What is logged goes to standard error as the server tells it; afterwards as before."""
    top, ours = logging.getLogger(), logging.getLogger("cockpit")
    before = (top.handlers, top.level, ours.level)
    logs.set_up()
    yield
    top.handlers, level, own = before
    top.setLevel(level)
    ours.setLevel(own)


# ---------------------------------------------------------------- a server with one person of every role

COMPANY = "https://cockpit.example.cn"
CARELESS = {"STREAMLIT_SERVER_ENABLE_CORS": "false", "STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false"}
BOSS = "li.na"
LIMITED = "d-limited"  # sees the rows of a department that has none
PASSING = ("c-disabled", "c-moved", "c-renewed")  # people to whom something happens
SOURCES = """
[erp]
url = "postgresql://reader:${ERP_PASSWORD}@127.0.0.1:9/erp"
table = "sales_lines"
relation = "orders"
mapping = {document_no = "id", document_date = "day", material_code = "item", amount_net = "amount"}

[mes]
url = "mysql://reader:%s@127.0.0.1:9/mes"
table = "sales_lines"
relation = "orders"
mapping = {document_no = "id", document_date = "day", material_code = "item", amount_net = "amount"}
"""


@dataclass
class House:
    """A server with real deliveries and public address; `secrets` are texts that must appear nowhere, `document` is one
    that the administrator may see."""

    server: Server
    secrets: dict[str, str]
    people: dict[str, Browser]  # by role, signed in
    document: str

    @property
    def environment(self) -> dict[str, str]:
        """That of the server."""
        return {**os.environ, "COCKPIT_HOME": str(self.server.home), **self.server.environment}

    def command(self, *arguments: str) -> str:
        """Give a command line to the server, as a shell beside it does; all it says."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            settings.cache_clear()
            command(arguments)
        settings.cache_clear()
        return said.getvalue()

    def noted(self, action: str) -> list[tuple[str, str]]:
        """(actor, resource) of what the audit trail holds of an action, oldest first."""
        with closing(sqlite3.connect(self.server.home / "records.db")) as records:
            wanted = "SELECT actor, resource FROM audit_log WHERE action = ? ORDER BY seq"
            return records.execute(wanted, (action,)).fetchall()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    planted = {"erp": "kanarie-Erp-81", "mes": "kanarie-Mes-82", "key": "kanarie9-Xv4Lq8Zt2-Rw6Yb3Nc7-Hs5Jd1Kf0Pm"}
    known = {"COCKPIT_URL": COMPANY, "COCKPIT_SECRET_KEY": planted["key"], "ERP_PASSWORD": planted["erp"]}
    environment = {**known, **CARELESS}  # an operator who switches off what protects pages changes nothing
    home = Settings(home=folder / "home", secret_key=SecretStr(planted["key"]))
    home.home.mkdir()
    (home.home / "sources.toml").write_text(SOURCES % planted["mes"], "utf-8")
    with Cockpit.open(home, CONNECTORS) as cockpit:
        report = cockpit.load(LOCAL_ADMINISTRATOR, [approval_log(folder)], LoadRequest())
        assert report.status == "loaded"
        for role in BUILTIN:
            if role != ADMINISTRATOR:
                draft = PersonDraft(f"a-{role}", f"某{role}", (role,), True)
                cockpit.people.add(LOCAL_ADMINISTRATOR, draft, PASSWORD)
        for name in PASSING:
            cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft(name, name, ("head",), True), PASSWORD)
        rules = (RuleView("department", "法务部"),)
        cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft(LIMITED, LIMITED, ("head",), rules=rules), PASSWORD)
        found = cockpit.drill(LOCAL_ADMINISTRATOR, "approval_cycle_time", MetricRequest(), 1, "zh_CN").rows[0]
        assert found.table == "process_events"
    with server(folder, **environment) as running:
        code, boss = running.code, running.set_up(BOSS)
        people = {role: running.browser() for role in BUILTIN if role != ADMINISTRATOR}
        for role, browser in people.items():
            assert browser.sign_in(f"a-{role}").status == 303
        yield House(
            running, {**planted, "code": code, "password": PASSWORD}, {**people, ADMINISTRATOR: boss}, found.document
        )
