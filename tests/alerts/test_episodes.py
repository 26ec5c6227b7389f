"""Periods outside the limits become warnings: since when, how long, over or not."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.alerts.episodes import episodes


@dataclass(frozen=True)
class Month:
    number: int
    level: str


def course(levels: str) -> list[Month]:
    named = {".": "ok", "w": "warning", "c": "critical", "-": "none"}
    return [Month(number, named[sign]) for number, sign in enumerate(levels)]


def spans(levels: str) -> list[tuple[int, int, int | None, bool]]:
    return [
        (one.first.number, one.last.number, None if one.before is None else one.before.number, one.open)
        for one in episodes(course(levels))
    ]


def test_neighbouring_periods_are_one_warning() -> None:
    assert spans("..wcw..w") == [(2, 4, 1, False), (7, 7, 6, True)]


def test_a_warning_from_the_first_period_on_has_no_good_one_before() -> None:
    assert spans("cc.") == [(0, 1, None, False)]
    assert spans("") == [] and spans("...") == []


def test_a_period_without_a_level_neither_ends_a_warning_nor_belongs_to_it() -> None:
    assert spans(".w-w.-") == [(1, 3, 0, False)]
    assert spans(".w--") == [(1, 1, 0, True)]
