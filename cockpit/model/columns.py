"""How the tables' columns are put together from shared and own header synonyms, one owner per header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cockpit.model.headers import fold_header
from cockpit.model.synonyms import SHARED
from cockpit.model.types import Column, Kind

_UNIT_OF_KIND: Mapping[str, str] = {
    "money": "currency",
    "price": "currency_per_unit",
    "quantity": "material_unit",
    "rate": "share",
    "instant": "ledger_time",
}


@dataclass(frozen=True)
class Draft:
    """A column before it is known which headers the table's other columns claim."""

    column: Column
    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    without: frozenset[str] = field(default_factory=frozenset)


def words(text: str) -> tuple[str, ...]:
    """``单价|Unit Price`` → its words."""
    return tuple(word.strip() for word in text.split("|") if word.strip())


def draft(
    name: str,
    kind: Kind,
    shared: str = "",
    own: str = "",
    *,
    last: str = "",
    without: str = "",
    unit: str | None = None,
    **marks: Any,
) -> Draft:
    """A column with its headers: `own`, then the sets of `SHARED` named in `shared` (apart by blanks), then `last`.

    That order is the order of preference where a sheet has several headers for the column. Own and last words are taken
    from any other column's shared ones; `without` leaves words of the shared sets out. `unit` defaults to that of the
    kind; `marks` are the flags of `Column`.
    """
    return Draft(
        Column(name, kind, unit=_UNIT_OF_KIND.get(kind, "") if unit is None else unit, **marks),
        words(own),
        tuple(word for concept in shared.split() for word in words(SHARED[concept])),
        words(last),
        frozenset(fold_header(word) for word in words(without)),
    )


def columns(*drafts: Draft | Iterable[Draft]) -> tuple[Column, ...]:
    """The table's columns, each header given to one of them.

    The column's own name and its own words come first; a shared word another column claims as its own is left to that
    column. Raises ValueError where two columns claim the same header with equal right.
    """
    flat = [one for given in drafts for one in ((given,) if isinstance(given, Draft) else given)]
    owner: dict[str, str] = {}
    for one in flat:
        for word in (one.column.name, *one.own, *one.last):
            _claim(owner, word, one.column.name)
    settled = []
    shared_owner: dict[str, str] = {}
    for one in flat:
        kept = []
        for word in one.shared:
            form = fold_header(word)
            if form in one.without or owner.get(form, one.column.name) != one.column.name:
                continue
            _claim(shared_owner, word, one.column.name)
            kept.append(word)
        synonyms: dict[str, str] = {}
        for word in (one.column.name, *one.own, *kept, *one.last):
            synonyms.setdefault(fold_header(word), word)
        settled.append(replace(one.column, synonyms=tuple(synonyms.values())))
    return tuple(settled)


def _claim(owner: dict[str, str], word: str, name: str) -> None:
    form = fold_header(word)
    if owner.setdefault(form, name) != name:
        raise ValueError(f"header {word!r} ({form}) is claimed by {owner[form]} and {name}")
