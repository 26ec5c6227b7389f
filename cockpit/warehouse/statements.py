"""Statements compiled once for each kind of question, and asked again for other people and with other values."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from cockpit.scope import Scope
from cockpit.warehouse.reading import compile_sql

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What stands for values while a statement is compiled: nobody can guess it, so that no filter is taken for it.
_SECRET = secrets.token_hex(16)
_ONE, _SOME = f"one {_SECRET} ", f"some {_SECRET} "
_LIMIT = "scope_"
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
        """The rows for these `values`; those of a scope are its `limits`."""
        return warehouse.records(self.text, [values[name] for name in self.values])


def one(name: str) -> str:
    """What stands for the text that is given as `name` when the statement is asked."""
    return _ONE + name


def some(name: str) -> str:
    """What stands for the texts that are given as `name`; only as the single member of a list to be among."""
    return _SOME + name


def standing_in(scope: Scope) -> Scope:
    """The scope with what stands for any values: people who are limited along the same dimensions share statements."""
    return replace(scope, allowed={name: frozenset({some(_LIMIT + name)}) for name in scope.allowed})


def limits(scope: Scope) -> dict[str, object]:
    """The values of a scope, by the names under which a statement asks for them."""
    return {_LIMIT + name: sorted(values) for name, values in scope.allowed.items()}


def compiled(expression: ir.Table) -> Statement:
    """The statement of an expression under a scope `standing_in`, over `one` and `some`."""
    return Statement(*bound(compile_sql(expression), ()))


def bound(text: str, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The text with parameters for what stands for values in it, after those that it has, and what they are called."""
    names = list(values)
    for name in sorted(set(re.findall(rf"'{_SOME}(\w+)'", text))):
        names.append(name)
        told = f"IN (SELECT unnest(CAST(${len(names)} AS VARCHAR[])))"
        text = re.sub(rf"IN \(\s*'{_SOME}{name}'\s*\)", told, text)
    for name in sorted(set(re.findall(rf"'{_ONE}(\w+)'", text))):
        names.append(name)
        text = text.replace(f"'{_ONE}{name}'", f"CAST(${len(names)} AS VARCHAR)")
    assert _SECRET not in text, "what stands for a value was compiled in another form"
    return text, tuple(names)


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


_COMPILED = Kept()


def ask(
    warehouse: Asks,
    kind: Hashable,
    scope: Scope,
    make: Callable[[Scope], ir.Table],
    values: Mapping[str, object],
) -> list[dict[str, Any]]:
    """The rows of the expression that `make` makes for a scope, with `values` for what stands for them in it.

    Compiled once for each `kind` of question and each kind of scope: `kind` names all that `make` depends on beside.
    """
    asked = standing_in(scope)
    statement: Statement = _COMPILED.get(warehouse, (kind, asked.key), lambda: compiled(make(asked)))
    return statement.records(warehouse, {**values, **limits(scope)})
