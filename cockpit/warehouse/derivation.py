"""How a derived table is declared: its inputs, its statement, and what to redo when some documents change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb


@dataclass(frozen=True)
class Derivation:
    """A table that is kept up to date in the transaction that changes its inputs.

    `columns` maps a column to its DuckDB type; ``_unit UUID`` (the unit of redoing) and ``ledger VARCHAR`` are among
    them. `inputs` maps a canonical or earlier derived table to the SQL expression over its columns that gives the unit
    of a row; `unit_columns` names the columns in that expression where many rows share them, so that it is computed
    once for them. `statement` is a SELECT of exactly `columns` (any order, by name) for the units in the temporary
    table ``touched(unit UUID)``; it limits each input by ``… IN (SELECT unit FROM touched)``, and does not read its own
    table. `settings` names the settings tables whose change redoes every unit (``calendars`` stands for the table
    ``calendar_days`` and the ledgers' zones). `prepare` runs before the statement in the same transaction, where an
    input or a setting changed; it may build temporary tables and add units to ``touched``. `sources` maps a column to
    the input columns (``table.column``) without any value of which it has none either; it is stored only once one of
    them is. `idle` says that there is nothing to compute from and nothing computed, whatever changed.

    The same statement serves the increment and the rebuild: with every unit in ``touched`` it gives the whole table.
    """

    name: str
    columns: Mapping[str, str]
    inputs: Mapping[str, str]
    statement: str
    settings: tuple[str, ...] = ()
    unit_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prepare: Callable[[duckdb.DuckDBPyConnection], None] | None = None
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    idle: Callable[[duckdb.DuckDBPyConnection], bool] | None = None
