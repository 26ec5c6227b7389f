"""The command line answers people and programs: one document with --json, four exit statuses, never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli import app, desk, main
from cockpit.errors import NotAllowedError, RefusedError, SystemFailure, UsageError
from cockpit.issues import Issue
from cockpit.locale import LANGUAGES
from cockpit.service.reports import LoadReport, PartReport
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.service.results import DrillResult, DrillRow, MetricResult, MetricRow, Source

COMMANDS = [str(info.name) for info in app.registered_commands]


def figures() -> MetricResult:
    row = MetricRow(
        period="2011",
        start=date(2011, 1, 1),
        end=date(2012, 1, 1),
        dimensions={"region": "[bold]UK[/bold]"},
        value=0.0166,
        n=12,
        excluded=1,
        reasons={"no_amount": 1},
        coverage=None,
        partial=False,
        provisional=False,
        currency=None,
        target=None,
        compare=None,
        compare_to=None,
        level="none",
        figures={"numerator": 1.0, "denominator": 2.0},
    )
    as_of = datetime(2011, 12, 31, 10, tzinfo=UTC)
    return MetricResult(
        "revenue_growth",
        "营收增长率",
        "share",
        None,
        None,
        "year",
        ("region",),
        ("default",),
        {},
        as_of,
        41,
        1,
        (row,),
        (),
    )


def load_report(status: str) -> LoadReport:
    issue = Issue("value_not_readable", "error", row=88, column="单据日期", value="2024-02-31")
    part = PartReport("a.xlsx", "00", "Sheet1", "spreadsheet", "invoices", 1, {}, 3, 2, 1, 0, status, (issue,))
    return LoadReport(12, status, 41, (part,), 1.84)


class Door:
    """Stands in for the service: remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.failure: Exception | None = None
        self.status = "loaded_with_rejects"

    @contextmanager
    def open(self, settings: Any, connectors: Sequence[Any], sample: Any) -> Iterator[Door]:
        if self.failure:
            raise self.failure
        yield self

    def load(self, actor: Any, paths: list[Path], request: LoadRequest, progress: Any, language: str) -> LoadReport:
        progress(1, 1)
        self.asked.append(("load", (paths, request)))
        return load_report(self.status)

    def metric(self, actor: Any, name: str, request: MetricRequest, language: str) -> MetricResult:
        self.asked.append((name, request))
        return figures()

    def drill(self, actor: Any, name: str, request: MetricRequest, limit: int, language: str) -> DrillResult:
        source = Source(12, "a.xlsx", "Sheet1", 88, "sales_lines")
        row = DrillRow("sales_lines", "id", "S-1", date(2011, 3, 1), {}, (), 5.0, None, (source,))
        return DrillResult(name, "", "amount", 7, (row,), figures())

    def rejects(self, actor: Any, delivery: int, out: Path, language: str) -> int:
        raise RefusedError("unexpected", detail="nothing rejected")


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    service = Door()
    monkeypatch.setattr(desk, "Cockpit", service)
    monkeypatch.setenv("COLUMNS", "200")
    return service


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments, (), None)
    said = capsys.readouterr()
    return status, said.out, said.err


def document(text: str) -> Any:
    """The one JSON document of standard output."""
    assert text.count("\n") == 1
    return json.loads(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, name, "--language", language, "--help")
    assert (status, err) == (0, "")
    assert "--json" in out and "--language" in out and "--help" in out
    assert "cli." not in out
    assert bool(re.search("[\u4e00-\u9fff]", out)) == (language == "zh_CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_commands(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--language", language)
    assert status == 0
    assert [name for name in COMMANDS if not re.search(rf"^ *{name} ", out, re.MULTILINE)] == []
    assert "cli." not in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("lod",),
        ("load",),
        ("load", "nowhere.xlsx"),
        ("load", "."),
        ("load", "--tabel", "invoices", "pyproject.toml"),
        ("load", "--map", "amount", "pyproject.toml"),
        ("load", "--map", "a=1", "--map", "a=2", "pyproject.toml"),
        ("load", "--as-of", "gestern", "pyproject.toml"),
        ("undo", "twelve"),
        ("undo", "1", "2"),
        ("decide", "1", "--reason", "x"),
        ("decide", "1", "--accept", "--discard", "--reason", "x"),
        ("rejects", "1"),
        ("metric", "revenue", "--grain", "fortnight"),
        ("metric", "revenue", "--from", "2024-02-30"),
        ("metric", "revenue", "--where", "region"),
        ("drill", "revenue", "--limit", "0"),
        ("metric", "revenue", "--language", "fr"),
        ("ledger", "default", "--month-start-day", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_what_is_wrong(
    arguments: tuple[str, ...], door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err and "Traceback" not in err and "error." not in err and "{" not in err
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 2
    assert document(out)["error"]["exit_status"] == 2
    assert door.asked == []


def test_load_hands_over_what_was_said(door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "采购 订单.csv"
    file.write_text("x")
    options = [
        "--ledger",
        "L",
        "--map",
        "amount_net=金额=净",
        "--set",
        "currency=CNY",
        "--as-of",
        "2024-03-01",
        "--force",
    ]
    status, out, err = run(capsys, "load", str(file), *options, "--json")
    assert status == 0
    assert "88" not in err
    assert document(out) == load_report("loaded_with_rejects").json("zh_CN")
    _, (paths, request) = door.asked[0]
    assert paths == [file]
    assert request.map == {"amount_net": "金额=净"}
    assert (request.ledger, request.set, request.force) == ("L", {"currency": "CNY"}, True)
    assert request.as_of == datetime(2024, 3, 1)


def test_a_held_delivery_is_1_and_names_the_next_step(
    door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    door.status = "held"
    (tmp_path / "a.csv").write_text("x")
    status, out, _ = run(capsys, "load", str(tmp_path / "a.csv"), "--language", "en")
    assert status == 1
    assert "python -m cockpit decide 12 --accept" in out
    assert "python -m cockpit rejects 12" in out


def test_metric_for_programs_and_people(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("metric", "revenue_growth", "--grain", "year", "--by", "region", "--where", "region=UK", "--param", "a=b")
    status, out, _ = run(capsys, *words, "--from", "2011-01-01", "--to", "2012-01-01", "--json")
    assert status == 0
    assert document(out) == figures().json()
    _, request = door.asked[0]
    assert request == MetricRequest(
        date(2011, 1, 1), date(2012, 1, 1), "year", ("region",), {"region": "UK"}, {"a": "b"}, None
    )
    status, out, _ = run(capsys, *words)
    assert status == 0
    assert "1.66" in out and "[bold]UK[/bold]" in out and "no_amount=1" in out


def test_drill_names_file_sheet_and_line(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "drill", "revenue", "--json")
    found = document(out)
    assert status == 0
    assert (found["metric"], found["total"]) == ("revenue", 7)
    source = {"delivery": 12, "file": "a.xlsx", "sheet": "Sheet1", "line": 88, "table": "sales_lines"}
    assert found["rows"][0]["sources"] == [source]
    assert found["figures"]["version"] == 41
    assert "88" in run(capsys, "drill", "revenue")[1]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (UsageError("timezone_unknown", value="x"), 2),
        (NotAllowedError("unexpected", detail="x"), 1),
        (SystemFailure("home_not_writable", path="/x", detail="y"), 3),
        (ZeroDivisionError("bug"), 3),
        (KeyboardInterrupt(), 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_have_their_status(
    failure: Exception, status: int, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.failure = failure
    assert run(capsys, "metric", "revenue")[0] == status
    answered, out, _ = run(capsys, "metric", "revenue", "--json")
    assert answered == status
    assert document(out)["error"]["exit_status"] == status


def test_what_the_service_refuses_is_1(door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "rejects", "1", "--out", str(tmp_path / "r.xlsx"))[0] == 1


def test_language_of_the_environment(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COCKPIT_LANGUAGE", "en")
    assert "There is no command" in run(capsys, "lod")[2]
    assert "没有命令" in run(capsys, "lod", "--language=zh_CN")[2]
