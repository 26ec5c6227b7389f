"""Kept answers: never for another question, another version or another reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.access import EVERY
from cockpit.errors import UsageError
from cockpit.scope import Scope
from cockpit.service.requests import Actor
from cockpit.ui.cards import Ask
from cockpit.ui.memo import MEMO, Memo, step
from tests.ui.made import AS_OF, result, row, view

CYCLE = Ask("approval_cycle_time")


def test_the_oldest_answer_goes_first() -> None:
    memo = Memo(most=2)
    for key in ("a", "b", "a", "c"):
        memo.get(key, key.lower)
    assert memo.get("a", lambda: "new") == "a"
    assert memo.get("b", lambda: "new") == "new"


def test_an_error_is_not_kept() -> None:
    memo = Memo()

    def fail() -> str:
        raise UsageError("metric_unknown")

    with pytest.raises(UsageError):
        memo.get("a", fail)
    assert memo.get("a", lambda: "now") == "now"


def test_the_same_question_is_asked_once_and_another_again() -> None:
    asked: list[object] = []

    def metric(actor: Actor, name: str, request: object, language: str) -> object:
        asked.append((actor, name, request, language))
        return result([row(float(len(asked)))])

    one = view(metric=metric)
    assert one.metric(CYCLE, grain="all") is one.metric(CYCLE, grain="all")
    one.metric(CYCLE, grain="month")
    replace(one, language="en").metric(CYCLE, grain="all")
    replace(one, actor=Actor("x", Scope({"department": frozenset({"采购部"})}), EVERY)).metric(CYCLE, grain="all")
    replace(one, filters=one.filters.with_slice("department", "采购部")).metric(CYCLE, grain="all")
    replace(one, ledger=replace(one.ledger, now=AS_OF + timedelta(minutes=5))).metric(CYCLE, grain="all")
    assert len(asked) == 6


def test_a_new_data_version_asks_again() -> None:
    versions = iter([1, 2])
    asked: list[int] = []

    def metric(*_: object) -> object:
        asked.append(1)
        return result([row()])

    MEMO.clear()
    one = view(metric=metric)
    one.cockpit.version = lambda: next(versions)  # type: ignore[method-assign]
    one.metric(CYCLE, grain="all")
    replace(one).metric(CYCLE, grain="all")
    assert len(asked) == 2


def test_the_clock_moves_in_steps() -> None:
    assert step(AS_OF) == step(AS_OF + timedelta(minutes=4))
    assert step(AS_OF) != step(AS_OF + timedelta(minutes=5))
