"""Statements of questions: compiled once for each kind of question and asked again with other days."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir

from cockpit.metrics.question import Question
from cockpit.period import Period
from cockpit.scope import Scope
from cockpit.warehouse.reading import compile_sql

# Years that stand for the window's while a statement is compiled: no business day is as old.
_START, _END = 1583, 1584
_MARKS = {name: rf"MAKE_DATE\(\s*{year},\s*1,\s*\d+\s*\)" for name, year in (("start", _START), ("end", _END))}
# What stands for a scope's values: nobody can guess it, so that no filter is taken for it.
_SCOPE = f"scope {secrets.token_hex(16)} "
_UNKNOWN_NOW = datetime(1582, 1, 1)
_PERIODS = "asked_periods"
_KEPT = 512


class Asks(Protocol):
    """What a statement needs of the warehouse."""

    def records(self, statement: str, params: Sequence[object] = ()) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Statement:
    """A compiled statement; `values` names what its parameters $1, $2 … stand for."""

    text: str
    values: tuple[str, ...]

    def records(self, warehouse: Asks, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """The rows for these `values`; see `asked_values`."""
        return warehouse.records(self.text, [values[name] for name in self.values])


def standing_in(question: Question) -> Question:
    """The question with a window that stands for any other which begins and ends on the same days of a month.

    Facts may look at those two days, as whole months are simpler than cut ones; everything else about the window and
    the clock is known only when the statement is asked.
    """
    start, end = question.start, question.end
    return replace(
        question,
        start=start and date(_START, 1, start.day),
        end=end and date(_END, 1, end.day),
        horizon=None,
        ledgers=tuple(replace(ledger, now=_UNKNOWN_NOW) for ledger in question.ledgers),
    )


def scope_standing_in(scope: Scope) -> Scope:
    """The scope with what stands for any values: people who are limited along the same dimensions share statements."""
    return replace(scope, allowed={name: frozenset({_SCOPE + name}) for name in scope.allowed})


def periods_asked() -> ir.Table:
    """The periods of a question that are known only when it is asked: period_start, period_end (exclusive)."""
    return ibis.table({"period_start": "date", "period_end": "date"}, name=_PERIODS)


def asked_values(start: date | None, end: date | None, tiles: Sequence[Period], scope: Scope) -> dict[str, object]:
    """What a statement is asked with: the window, its periods, and what the scope allows."""
    window = {
        "start": start,
        "end": end,
        "starts": [tile.start for tile in tiles],
        "ends": [tile.end for tile in tiles],
    }
    return window | {_SCOPE + name: sorted(values) for name, values in scope.allowed.items()}


def compiled(expression: ir.Table) -> Statement:
    """The statement of an expression over the window of a question `standing_in`, over `periods_asked` and under a
    `scope_standing_in`."""
    text, used = compile_sql(expression), []
    for name, mark in _MARKS.items():
        if re.search(mark, text):
            used.append(name)
            text = re.sub(mark, f"CAST(${len(used)} AS DATE)", text)
    assert not re.search(rf"({_START}|{_END})-01-\d\d", text), "a day of the window was compiled in another form"
    for mark in sorted(set(re.findall(rf"'({_SCOPE}\w+)'", text))):
        used.append(mark)
        text = re.sub(rf"IN \(\s*'{mark}'\s*\)", f"IN (SELECT unnest(CAST(${len(used)} AS VARCHAR[])))", text)
    assert _SCOPE not in text, "a limit of the scope was compiled in another form"
    if f'"{_PERIODS}"' in text:
        used += ["starts", "ends"]
        pairs = f"unnest(${len(used) - 1}::DATE[]) AS period_start, unnest(${len(used)}::DATE[]) AS period_end"
        text = f'WITH "{_PERIODS}" AS (SELECT {pairs}) SELECT * FROM ({text})'
    return Statement(text, tuple(used))


class Kept:
    """What was compiled for each warehouse, the most recently asked kinds of question only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making = threading.RLock()
        self._of: WeakKeyDictionary[Any, OrderedDict[Hashable, Any]] = WeakKeyDictionary()

    def get(self, warehouse: object, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is kept under `key`, made when it is not."""
        with self._lock:
            kept = self._of.setdefault(warehouse, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        with self._making:  # who asks the same meanwhile finds it made
            with self._lock:
                if key in kept:
                    return kept[key]
            made = make()
            self.put(warehouse, key, made)
            return made

    def put(self, warehouse: object, key: Hashable, made: Any) -> None:
        """Keep `made` under `key` instead of what was there."""
        with self._lock:
            kept = self._of.setdefault(warehouse, OrderedDict())
            kept[key] = made
            kept.move_to_end(key)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
