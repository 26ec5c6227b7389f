"""Units of redoing in SQL: which rows belong to what a change touched, found without marking every row anew."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.warehouse.identity import key

# Master data and rates speak for a whole ledger. As an input's unit this mark stands for everything in the ledger; a
# `prepare` turns it into the units of its own rows.
WHOLE_LEDGER = key("'whole ledger'", "ledger")

IN_TOUCHED_LEDGER = (
    f"ledger IN (SELECT name FROM ledgers WHERE {key(repr('whole ledger'), 'name')} IN (SELECT unit FROM touched))"
)


def in_touched(columns: Sequence[str], *tables: str) -> str:
    """SQL condition that the row's `columns` (expressions, never null) make the key of a touched unit of `tables`.

    Only the distinct values are made into keys, which takes a fraction of the time that every row would.
    """
    names = [f"k{index}" for index in range(len(columns))]
    named = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    values = " UNION ".join(f"SELECT {named} FROM {table}" for table in tables)
    return (
        f"({', '.join(columns)}) IN (SELECT ({', '.join(names)}) FROM ({values})"
        f" WHERE {key(*names)} IN (SELECT unit FROM touched))"
    )
