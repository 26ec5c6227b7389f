"""Figures made by hand, for blocks that are drawn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import count
from types import SimpleNamespace
from typing import Any

from cockpit.locale import Language
from cockpit.service.requests import LOCAL_ADMINISTRATOR
from cockpit.service.results import Card, LedgerView, Level, MetricResult, MetricRow
from cockpit.ui.cards import Ask, Shown
from cockpit.ui.filters import Filters
from cockpit.ui.view import View

_VERSIONS = count(1)
ZONE = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 11, 20, 18, 0, tzinfo=ZONE)


def row(value: float | None = 9.2, **given: Any) -> MetricRow:
    """A row of November 2026."""
    plain = MetricRow(
        period="2026-11",
        start=date(2026, 11, 1),
        end=date(2026, 12, 1),
        dimensions={},
        value=value,
        n=1284,
        excluded=0,
        reasons={},
        coverage=None,
        partial=False,
        provisional=False,
        currency=None,
        target=None,
        compare=None,
        compare_to=None,
        level="none",
    )
    return replace(plain, **given)


def card(value: float | None = 9.2, *, level: Level = "warning", target: float | None = 2.0, **given: Any) -> Card:
    """The card of a duration: 9.2 working hours, target 2, limits 8 and 24, 8.4 the month before, 11.5 last year."""
    now = row(value, level=level, target=target, partial=given.pop("partial", False), figures={"p90": 31.4})
    before = row(8.4, period="2026-10", start=date(2026, 10, 1), figures={"p90": 27.5})
    year = row(11.5, period="2025-11", start=date(2025, 11, 1), figures={"p90": 38.0})
    plain = Card(
        metric="approval_cycle_time",
        label="采购审批时长",
        unit="hours",
        direction="down",
        importance="T",
        state="data",
        row=now,
        previous=before,
        last_year=year,
        trend=(year, before, now),
        warning=8.0,
        critical=24.0,
        as_of=AS_OF,
        params={"clock": "working"},
    )
    return replace(plain, **given)


def shown(one: Card | None = None, **ask: Any) -> Shown:
    found = one or card()
    return Shown(Ask(found.metric, **ask), found)


def result(rows: Sequence[MetricRow], **given: Any) -> MetricResult:
    plain = MetricResult(
        metric="approval_cycle_time",
        label="采购审批时长",
        unit="hours",
        start=date(2026, 11, 1),
        end=date(2026, 12, 1),
        grain="all",
        by=(),
        ledgers=("default",),
        params={"clock": "working"},
        as_of=AS_OF,
        version=41,
        definition_version=1,
        rows=tuple(rows),
        notes=(),
    )
    return replace(plain, **given)


def view(
    language: Language = "zh_CN",
    *,
    where: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = ("department", "supplier"),
    **answers: Any,
) -> View:
    """A view whose service answers with `answers` by method name."""
    entry = SimpleNamespace(dimensions=tuple(dimensions), direction="down", unit="hours", sources=("process_events",))
    number = next(_VERSIONS)  # what is kept for one service is not shown for the next
    cockpit: Any = SimpleNamespace(entry=lambda *_: entry, version=lambda: number, limits_edition=lambda: 0, **answers)
    ledger = LedgerView("default", "默认账套", "Asia/Shanghai", 1, False, AS_OF, 3)
    return View(
        cockpit, LOCAL_ADMINISTRATOR, language, "procurement", ledger, Filters("default", "2026-11", where=where or {})
    )
