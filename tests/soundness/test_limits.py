"""Limits that people set judge the periods they are in force for, everywhere alike, and nothing of them is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cockpit.access import EVERY, Grants
from cockpit.errors import CockpitError, NotAllowedError, RefusedError, UsageError
from cockpit.scope import EVERYTHING, Scope
from cockpit.service import Actor
from cockpit.service.requests import CardRequest
from cockpit.service.results import Alert
from cockpit.service.thresholds import LimitDraft, LimitView
from cockpit.settings import Settings
from tests.conftest import on_both_stores
from tests.soundness.books import Books

CYCLE = "approval_cycle_time"  # target 2, to be watched beyond 8, a breach beyond 24 working hours
SOMEBODY = Actor("li.na", EVERYTHING, EVERY)
MONTHS = {"start": "2026-09-01", "end": "2026-11-01"}


def log(numbers: int = 40) -> str:
    """In each of September and October twenty requests that take five working hours: 09:10 to 15:10."""
    lines = ["单据编号|申请部门|节点|操作|处理人|到达时间|处理时间|金额"]
    for number in range(numbers):
        day = f"2026-{9 + number % 2:02d}-{(8, 9, 10, 14, 15)[number % 5]:02d}"
        lines += [
            f"CG-{number}|采购部|提交|提交|张磊||{day} 09:10|100",
            f"CG-{number}|采购部|部门经理|同意|刘洋|{day} 09:10|{day} 15:10|100",
        ]
    return "\n".join(lines)


@pytest.fixture
def approvals(tmp_path: Path, records_url: str) -> Iterator[Books]:
    books = Books(tmp_path, records_url=records_url)
    books.load("审批.csv", log())
    yield books
    books.close()


def change(
    books: Books, day: str, warning: str = "", critical: str = "", ledger: str = "default", **more: object
) -> LimitView:
    facts = {"metric": CYCLE, "reason": "按新制度", "actor": SOMEBODY, **more}
    actor, metric, reason = facts["actor"], str(facts["metric"]), str(facts["reason"])
    assert isinstance(actor, Actor)
    names = ("low", "high") if metric == "days_of_cover" else ("warning", "critical")
    values = dict(zip(names, (warning, critical), strict=True))
    draft = LimitDraft(metric, ledger, date.fromisoformat(day), values, reason)
    return books.cockpit.set_limits(actor, draft, "en")


def levels(books: Books, ledger: str = "default") -> list[str]:
    return [row.level for row in books.months(CYCLE, ledger=ledger, **MONTHS).values()]


def warnings(books: Books) -> list[Alert]:
    found = books.cockpit.alerts(SOMEBODY, "default", {}, datetime(2026, 11, 2), "en").alerts
    return [one for one in found if one.metric == CYCLE and not one.slice]


@on_both_stores
def test_a_period_is_held_to_the_limits_of_its_last_day(approvals: Books) -> None:
    assert levels(approvals) == ["ok", "ok"] and not warnings(approvals)
    change(approvals, "2026-10-05", "4", "10")
    assert levels(approvals) == ["ok", "warning"]
    (alert,) = warnings(approvals)
    assert (alert.level, alert.since, alert.limit) == ("warning", date(2026, 10, 1), 4)
    request = CardRequest("default", date(2026, 10, 1), date(2026, 11, 1))
    card = approvals.cockpit.card(SOMEBODY, CYCLE, request, "en")
    assert card.row is not None and (card.row.level, card.warning, card.critical) == ("warning", 4, 10)
    september = approvals.cockpit.card(
        SOMEBODY, CYCLE, CardRequest("default", date(2026, 9, 1), date(2026, 10, 1)), "en"
    )
    assert (september.warning, september.critical) == (8, 24)
    change(approvals, "2026-10-01", "3", "4.5")  # said later, but for an earlier day: the fifth's still hold at the end
    assert levels(approvals) == ["ok", "warning"]
    change(approvals, "2026-10-05", "3", "4.5")
    assert levels(approvals) == ["ok", "critical"]
    change(approvals, "2026-10-05")  # taken back
    assert levels(approvals) == ["ok", "ok"] and not warnings(approvals)
    change(approvals, "2026-12-01", "3", "4.5")  # not yet
    assert levels(approvals) == ["ok", "ok"]
    approvals.cockpit.close()  # it is all there after the next start
    settings = Settings(home=approvals.folder.parent / "cockpit", records_url=settings_url(approvals))
    approvals.cockpit = type(approvals.cockpit).open(settings, [], clock=lambda: approvals.now)
    history = approvals.cockpit.entry(SOMEBODY, CYCLE, "en", "default").changes
    assert [one.valid_from.isoformat() for one in history] == [
        "2026-12-01", "2026-10-05", "2026-10-05", "2026-10-01", "2026-10-05",
    ]  # fmt: skip
    assert {name: float(value) for name, value in history[-1].before.items()} == {"warning": 8, "critical": 24}
    assert (history[0].changed_by, history[0].reason) == ("li.na", "按新制度")


def settings_url(books: Books) -> str:
    return "" if books.cockpit._records.dialect == "sqlite" else str(books.cockpit._records._url)


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)
def test_a_ledger_has_its_own_limits_before_those_of_all(approvals: Books) -> None:
    approvals.load("审批2.csv", log(), ledger="other")
    change(approvals, "2026-09-01", "4", ledger="")
    assert (levels(approvals), levels(approvals, "other")) == (["warning"] * 2, ["warning"] * 2)
    change(approvals, "2026-10-01", "6", ledger="other")
    assert (levels(approvals), levels(approvals, "other")) == (["warning"] * 2, ["warning", "ok"])
    entry = approvals.cockpit.entry(SOMEBODY, CYCLE, "en", "other")
    assert (entry.warning, entry.critical, entry.limits_since) == (6, None, date(2026, 10, 1))
    change(approvals, "2026-10-01", ledger="other")
    assert levels(approvals, "other") == ["warning"] * 2  # without its own, those of all hold again


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)
def test_nothing_wrong_is_kept(approvals: Books) -> None:
    wrong = [
        (("acht", "24"), {}, "limit_not_a_number"),
        (("nan", ""), {}, "limit_not_a_number"),
        (("1e999999", ""), {}, "limit_not_a_number"),
        (("", "24"), {}, "limits_incomplete"),
        (("24", "8"), {}, "limits_not_ordered"),
        (("1", "8"), {}, "limit_beyond_target"),
        (("90", "95"), {"metric": "on_time_delivery_rate"}, "limits_not_ordered_up"),
        (("7", ""), {"metric": "days_of_cover"}, "band_incomplete"),
        (("45", "7"), {"metric": "days_of_cover"}, "band_not_ordered"),
        (("4", "8"), {"reason": "  "}, "limit_reason_missing"),
        (("4", "8"), {"reason": "长" * 401}, "limit_reason_too_long"),
        (("4", "8"), {"metric": "purchase_amount"}, "limits_without_direction"),
        (("4", "8"), {"metric": "nothing"}, "metric_unknown"),
        (("4", "8"), {"ledger": "nowhere"}, "ledger_unknown"),
        (("", ""), {}, "limits_are_so"),
    ]
    for values, more, code in wrong:
        with pytest.raises(CockpitError) as refused:
            change(approvals, "2026-10-01", *values, **more)  # type: ignore[arg-type]
        assert refused.value.code == code
        assert isinstance(refused.value, UsageError | RefusedError)
    nobody = {
        "action_not_allowed": Actor("no", EVERYTHING, Grants.of("metric:*")),
        "limits_of_other_ledgers": Actor("mine", Scope({"ledger": frozenset({"mine"})}), EVERY),
        "demo_sets_no_limits": Actor("demo", EVERYTHING, EVERY, demo=True),
        "looking_only": Actor("eyes", EVERYTHING, EVERY, behind="li.na"),
    }
    for code, actor in nobody.items():
        with pytest.raises(NotAllowedError) as denied:
            change(approvals, "2026-10-01", "4", "8", ledger="", actor=actor)
        assert denied.value.code == code
    assert approvals.cockpit.limits_edition() == 0 and levels(approvals) == ["ok", "ok"]


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)
def test_a_change_is_in_the_trail_with_before_and_after(approvals: Books) -> None:
    change(approvals, "2026-10-01", "4", "8")
    (entry,) = approvals.cockpit.audit.search(action="limits_changed")
    detail = json.loads(entry.detail)
    assert (entry.actor, entry.resource) == ("li.na", f"metric:{CYCLE}")
    assert detail == {
        "ledger": "default", "from": "2026-10-01", "before": {"warning": "8", "critical": "24"},
        "after": {"warning": "4", "critical": "8"}, "reason": "按新制度",
    }  # fmt: skip
    assert approvals.cockpit.audit.verify().why is None


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)
def test_shares_are_typed_in_percent_and_chosen_limits_end_the_own_course(approvals: Books) -> None:
    made = change(approvals, "2026-10-01", "12.5%", "20", metric="approval_breach_rate")
    assert {name: float(value) for name, value in made.limits.items()} == {"warning": 0.125, "critical": 0.2}
    change(approvals, "2026-10-01", "5", metric="approval_backlog")
    entry = approvals.cockpit.entry(SOMEBODY, "approval_backlog", "en", "default")
    assert (entry.warning, entry.natural) == (5, False)
    assert entry.json()["thresholds"]["since"] == "2026-10-01" and len(entry.json()["threshold_history"]) == 1
