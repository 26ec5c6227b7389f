"""How a canonical table is described: columns with type, unit and header synonyms; key, mode and grain of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "code",  # identifies something: text, leading zeros are part of it
    "text",  # free words
    "day",  # calendar day of business, no clock
    "instant",  # point in time; stored as UTC microseconds
    "quantity",  # decimal(18,6) in the material's unit
    "money",  # decimal(18,4) in the row's currency
    "price",  # decimal(18,6) money per unit
    "rate",  # decimal(18,8), 0.13 = 13 %
    "integer",
    "flag",
    "choice",  # one of `choices`
]
Mode = Literal["document", "event", "snapshot", "period", "master"]

DUCKDB_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "code": "VARCHAR",
        "text": "VARCHAR",
        "choice": "VARCHAR",
        "day": "DATE",
        "instant": "TIMESTAMP",
        "quantity": "DECIMAL(18,6)",
        "money": "DECIMAL(18,4)",
        "price": "DECIMAL(18,6)",
        "rate": "DECIMAL(18,8)",
        "integer": "BIGINT",
        "flag": "BOOLEAN",
    }
)


@dataclass(frozen=True)
class Column:
    """One canonical column; its label is ``column.<name>`` in the catalogues (or ``column.<table>.<name>``).

    `synonyms` are headers as exports write them (any language, SAP and API names included); matching normalises both
    sides. `choices` maps a canonical value to the words that mean it. `unit` is a word of ``unit.`` in the catalogues.
    `required` columns reject a row that lacks them; `personal` data can be hidden by a scope.
    """

    name: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    required: bool = False
    personal: bool = False
    dimension: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPE[self.kind]


@dataclass(frozen=True)
class Alternative:
    """At least one of several column groups must be filled in a row, else the row is rejected.

    Example: ``Alternative((("amount_net",), ("amount_gross",), ("quantity", "unit_price")))``.
    """

    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """One canonical table; ``table.<name>`` and ``grain.<name>`` in the catalogues say what it is and what one row is.

    Every table's columns begin with ``ledger`` and ``company``.

    `unit` names the columns (after ledger and company, which always come first) that make up the unit a later delivery
    replaces: the document, the case, the as-of day and warehouse, the period and what it covers, a master row's key.
    `event` mode adds `identity`: what tells one event of the case from another. `partner` and `business_day` are the
    columns whose difference means "another document with the same number". `signature` are the columns by which a
    sheet is recognised: the more of them it has, the surer.
    """

    name: str
    mode: Mode
    columns: tuple[Column, ...]
    unit: tuple[str, ...]
    identity: tuple[str, ...] = ()
    partner: tuple[str, ...] = ()
    business_day: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    signature: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # words in sheet or file names and titles that point to this table
    settings: bool = False  # rows that change how figures are computed

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        return name in self._by_name

    @property
    def _by_name(self) -> Mapping[str, Column]:
        cached = self.__dict__.get("_columns_by_name")
        if cached is None:
            cached = {column.name: column for column in self.columns}
            object.__setattr__(self, "_columns_by_name", cached)
        return cached
