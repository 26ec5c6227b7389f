"""The commands about people, on a real cockpit: what they do, what they refuse, and what programs read."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli import main
from cockpit.service import Cockpit
from cockpit.settings import settings
from connectors import CONNECTORS
from tests.machine import ROOT

WORD = "ein langes Wort 99"
SERVER = """
import time
import app
with app.service(8501):
    print("ready", flush=True)
    time.sleep(600)
"""
SALES = """销售单号,日期,客户,部门,物料编码,数量,金额,币种
S1,2026-10-01,A,采购一组,M1,1,100,CNY
S2,2026-10-02,B,华东大区,M1,1,20,CNY
"""
DEPARTMENTS = "部门编码,部门名称,上级部门\nD1,采购中心,\nD2,采购一组,采购中心\n"


class Shell:
    """Runs command lines on one home."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments, CONNECTORS, None)
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def json(self, *arguments: str) -> Any:
        _, out, _ = self(*arguments, "--json")
        assert out.count("\n") == 1, out
        return json.loads(out)

    def refused(self, *arguments: str) -> str:
        """The code of what is said; no document, no change, no traceback."""
        code: str = self.json(*arguments)["error"]["code"]
        return code


@pytest.fixture
def shell(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "200")
    return Shell(capsys)


def test_from_the_first_administrator_to_a_disabled_head(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WORD}\n"))
    boss = shell.json(
        *("user", "add", "Boss", "--label", "老板", "--role", "administrator", "--everything", "--password-stdin")
    )
    assert (boss["name"], boss["password"], boss["everything"], boss["created_by"]) == ("boss", True, True, "local")
    scope = ("--tree", "department=采购中心", "--scope", "ledger=default", "--scope", "ledger=other")
    head = shell.json("user", "add", "li", "--role", "head", *scope, "--column", "cost=hidden")
    assert [(one["dimension"], one["value"], one["subtree"]) for one in head["rules"]] == [
        ("department", "采购中心", True),
        ("ledger", "default", False),
        ("ledger", "other", False),
    ]
    assert head["columns"] == {"cost": "hidden"} and head["password"] is False

    status, out, _ = shell("user", "list")
    assert status == 0 and "department=采购中心/…" in out and "全部数据" in out and "启用" in out
    assert shell.json("user", "role", "LI", "--add", "finance", "--remove", "head")["roles"] == ["finance"]
    assert shell.json("user", "scope", "li", "--nothing", "--column", "cost=shown")["rules"] == []
    assert shell.json("user", "scope", "li")["columns"] == {}
    assert shell.json("user", "scope", "li", "--everything")["everything"] is True
    assert shell.json("user", "disable", "li")["state"] == "disabled"
    assert shell.json("user", "enable", "li")["state"] == "active"
    assert [one["name"] for one in shell.json("user", "list")["people"]] == ["boss", "li"]
    assert shell("--json", "user", "list")[1] == shell("user", "list", "--json")[1]


def test_what_is_refused_changes_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("user", "add", "boss", "--role", "administrator", "--everything")
    before = shell.json("user", "list"), shell.json("verify-audit")["entries"]
    refused = {
        ("user", "add", "BOSS"): "person_name_taken",
        ("user", "add", "a b"): "person_name_not_usable",
        ("user", "add", "local"): "person_name_not_usable",
        ("user", "add", "x" * 5000): "person_name_not_usable",
        ("user", "add", "x", "--role", "king"): "role_unknown",
        ("user", "add", "x", "--scope", "colour=red"): "scope_dimension_unknown",
        ("user", "add", "x", "--scope", "red"): "pair_not_readable",
        ("user", "add", "x", "--tree", "region=华东"): "scope_has_no_tree",
        ("user", "add", "x", "--column", "cost=gone"): "column_rule_not_usable",
        ("user", "add"): "option_missing",
        ("user",): "command_unknown",
        ("user", "fly"): "command_unknown",
        ("user", "disable", "boss"): "last_administrator",
        ("user", "disable", "nobody"): "person_unknown",
        ("user", "role", "boss", "--remove", "administrator"): "last_administrator",
        ("user", "role", "boss", "--remove", "head"): "role_not_held",
        ("user", "scope", "boss", "--nothing"): "last_administrator",
        ("user", "scope", "boss", "--everything", "--nothing"): "scope_one_of",
        ("metric", "revenue", "--as", "nobody"): "person_unknown",
    }
    assert {line: shell.refused(*line) for line in refused} == refused
    for piped, code in (
        ("", "password_not_piped"),
        ("short\n", "password_length"),
        ("x" * 10_001, "pipe_not_readable"),
    ):
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        assert shell.refused("user", "add", "x", "--password-stdin") == code
    assert (shell.json("user", "list"), shell.json("verify-audit")["entries"]) == before


def test_looking_as_somebody(shell: Shell, tmp_path: Path) -> None:
    """A18: with what they may see now, not with what they could see before."""
    for name, text in (("销售.csv", SALES), ("部门.csv", DEPARTMENTS)):
        (tmp_path / name).write_text(text, "utf-8")
    shell("load", str(tmp_path / "销售.csv"), "--table", "sales_lines")
    shell("load", str(tmp_path / "部门.csv"), "--table", "departments")
    shell("user", "add", "li", "--role", "head", "--tree", "department=采购中心")
    shell("user", "add", "new", "--role", "head")
    window = ("--from", "2026-10-01", "--to", "2026-11-01")
    whole = shell.json("metric", "revenue", *window)["rows"]
    own = shell.json("metric", "revenue", *window, "--as", "LI")["rows"]
    assert [row["value"] for row in whole] == [120.0] and [row["value"] for row in own] == [100.0]
    found = shell.json("drill", "revenue", *window, "--as", "li")["rows"]
    assert [row["document_no"] for row in found] == ["S1"]
    assert all(row["value"] is None for row in shell.json("metric", "revenue", *window, "--as", "new").get("rows", []))
    shell("user", "scope", "li", "--scope", "department=华东大区")
    assert [row["value"] for row in shell.json("metric", "revenue", *window, "--as", "li")["rows"]] == [20.0]
    assert [row["document_no"] for row in shell.json("drill", "revenue", *window, "--as", "li")["rows"]] == ["S2"]
    shell("user", "role", "li", "--add", "screen", "--remove", "head")
    assert shell.refused("drill", "revenue", *window, "--as", "li") == "action_not_allowed"
    shell("user", "disable", "li")
    assert shell.refused("metric", "revenue", "--as", "li") == "person_not_active"


def test_a_link_to_set_a_password(shell: Shell) -> None:
    shell("user", "add", "li", "--role", "head")
    found = shell.json("user", "reset", "LI")
    assert found["name"] == "li" and found["minutes"] == 60 and found["link"].startswith("/auth/reset/")
    status, out, _ = shell("user", "reset", "li")
    assert status == 0 and "/auth/reset/" in out and found["link"] not in out
    assert shell.refused("user", "reset", "nobody") == "person_unknown"
    token = out.rsplit("/", 1)[1].strip()
    with Cockpit.open(settings(), CONNECTORS) as cockpit:
        cockpit.entrance.reset(token, WORD)
    assert shell.json("user", "list")["people"][0]["password"] is True
    assert token not in (settings().home / "records.db").read_bytes().decode("latin-1")


def test_the_trail_is_verified(shell: Shell) -> None:
    """B13."""
    shell("user", "add", "boss", "--role", "administrator", "--everything")
    shell("user", "add", "li")
    assert shell("verify-audit")[0] == 0
    assert shell.json("verify-audit") == {"holds": True, "entries": 2, "broken": None, "why": None}
    assert all(check["ok"] for check in shell.json("doctor")["checks"])
    with closing(sqlite3.connect(settings().home / "records.db")) as connection, connection:
        connection.execute("UPDATE audit_log SET actor = 'somebody' WHERE seq = 2")
    status, out, _ = shell("verify-audit")
    assert status == 1 and "第 2 条" in out
    assert shell.json("verify-audit") == {"holds": False, "entries": 2, "broken": 2, "why": "edited"}
    failed = [check["check"] for check in shell.json("doctor")["checks"] if not check["ok"]]
    assert failed == ["audit"] and shell("doctor")[0] == 1


def test_a_password_reaches_the_server_that_owns_the_warehouse(home: Path) -> None:
    """The command runs in the server; what was piped into the command goes along, and nowhere else."""
    environment = {**os.environ, "COCKPIT_HOME": str(home)}
    command = [sys.executable, "-m", "cockpit", "user", "add", "boss", "--role", "administrator", "--everything"]
    log = home.parent / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=output
        )
        try:
            assert server.stdout is not None and server.stdout.readline() == b"ready\n", log.read_text()
            done = subprocess.run(
                [*command, "--password-stdin", "--json"],
                cwd=ROOT,
                env=environment,
                input=f"{WORD}\n".encode(),
                capture_output=True,
                timeout=90,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["password"] is True
        finally:
            server.kill()
            server.communicate()
    assert WORD not in log.read_text()
