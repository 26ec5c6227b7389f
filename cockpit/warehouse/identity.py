"""What makes a document, an event or a line the same one again: keys and content marks as SQL expressions."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.model.types import Table

SEPARATOR = "chr(31)"
_GROUP = 4  # columns that are marked together


def quoted(name: str) -> str:
    """An identifier as DuckDB takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def key(*parts: str) -> str:
    """SQL for a UUID that is equal for equal texts of all `parts` (SQL expressions; null counts as empty).

    md5 is used as a stable 128-bit fingerprint, not as protection.
    """
    texts = ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts)
    return f"md5(concat_ws({SEPARATOR}, {texts}))::UUID"


def unit_key(table: Table, alias: str) -> str:
    """The unit that a later delivery replaces: ledger, company and the table's unit columns."""
    columns = [f"{alias}.{quoted(name)}" for name in ("ledger", "company", *table.unit)]
    return key(f"'{table.name}'", *columns)


def partner(table: Table, alias: str) -> str:
    """The partner of a document as one text, null where no partner column is filled."""
    if not table.partner:
        return "NULL::VARCHAR"
    return f"coalesce({', '.join(f'{alias}.{quoted(name)}' for name in table.partner)})"


def business_day(table: Table, alias: str) -> str:
    """The business day of a row as stored, that of an instant in UTC; null where the table has none."""
    return f"{alias}.{quoted(table.business_day)}::DATE" if table.business_day else "NULL::DATE"


def stored_columns(table: Table) -> tuple[str, ...]:
    """All columns of the current and the past table, in order."""
    event = ("_event",) if table.mode == "event" else ()
    return (*(column.name for column in table.columns), "_number", "_doc", *event, "_delivery", "_part", "_row")


def listed(names: Iterable[str], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(name) for name in names)


def content(table: Table, alias: str) -> str:
    """A 64-bit mark of everything a row says beside its unit, its place in a file left out.

    Columns are marked a few at a time: a group without any value is the same for every row and marked only once.
    """
    unit = ("ledger", "company", *table.unit)
    names = [column.name for column in table.columns if column.name not in unit]
    groups = (names[first : first + _GROUP] for first in range(0, len(names), _GROUP))
    return f"hash({', '.join(f'hash({listed(group, alias)})' for group in groups)})"


def contents(table: Table, alias: str) -> str:
    """The marks of rows added up; a bit of each is left out, as the engine adds whole numbers with a sign sooner."""
    return f"sum(({content(table, alias)} >> 1)::BIGINT)"


def line_key(table: Table, alias: str) -> str:
    """What tells one line of a unit from another, as far as the export tells it; '' where it does not."""
    names = [name for name in ("line_no", "material_code", "material_name") if table.has(name)]
    if not names:
        return "''"
    amounts = [name for name in ("quantity", "amount_net", "amount_gross") if table.has(name)]
    told = [f"{alias}.{quoted(name)}::VARCHAR" for name in names]
    summed = f"nullif(concat_ws('|', {listed(amounts, alias)}), '')" if amounts else "NULL"
    return f"coalesce({', '.join(told)}, {summed}, '')"


def event_key(table: Table, alias: str, number: str, ordinal: str) -> str:
    """The identity of an event: the source's own id where it gives one, else what happened, and its ordinal."""
    told = key(number, *(f"{alias}.{quoted(name)}" for name in table.identity), ordinal)
    if not table.has("source_event_id"):
        return told
    own = f"{alias}.source_event_id"
    return f"CASE WHEN {own} IS NOT NULL THEN {key(number, own)} ELSE {told} END"
