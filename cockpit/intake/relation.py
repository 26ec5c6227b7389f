"""The way of a connected source: documents that changed are read whole, cleaned like an upload, staged with a proof.

What the source holds is compared with what is known of it, so that deleted and late rows show as well.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from cockpit.errors import SystemFailure
from cockpit.intake.child import tidy
from cockpit.intake.clean import Source, clean, headers_of
from cockpit.intake.recognise import SPECIAL, Layout
from cockpit.intake.titles import Fact
from cockpit.issues import Issue
from cockpit.model import Table
from cockpit.warehouse import sources
from cockpit.warehouse.identity import key
from cockpit.warehouse.staging import Reading, StagedPart
from connectors.base import Changed, Database, Examined, Mark, Named, Relation, Unreachable, Unreadable

LARGEST_FALL = 0.30  # of the known rows; beyond it nobody may take the source at its word
ALWAYS_COMPARED = 100_000  # rows up to which every document's count is compared, whatever the total says
MOST_DOCUMENTS = 50_000  # more differing documents than these are not asked for one by one


class NotRead(Exception):
    """A source could not be read; `issue` says why. `transient` where another try may succeed."""

    def __init__(self, issue: Issue, transient: bool = False) -> None:
        super().__init__(issue.code)
        self.issue, self.transient = issue, transient


@dataclass(frozen=True)
class Wish:
    """What is to be read. `mapping` gives the source's column of each field, `values` what a field is in every row.

    `key` are fields that together tell the documents apart, `cursor` a source column that grows with every change.
    `origin` stands for the source with its ledger and table, `definition` for the way it is read. `today` is the day
    in the ledger's `zone`, for balances that carry none.
    """

    source: str
    origin: str
    definition: str
    table: Table
    mapping: Mapping[str, str]
    values: Mapping[str, str]
    key: tuple[str, ...]
    cursor: str | None
    overlap: str | None
    zone: str
    today: date


@dataclass(frozen=True)
class Pulled:
    """What was read. Without `news` there is nothing to deliver."""

    part: StagedPart
    reading: Reading
    news: bool


def as_of_today(wish: Wish) -> bool:
    """Whether the rows stand for the day of the run, because no column says the day."""
    return wish.table.has("as_of_day") and "as_of_day" not in {**wish.mapping, **wish.values}


def check(wish: Wish) -> None:
    """Raises `NotRead` where fields are unknown, or lacking, or the documents cannot be told apart by `key`."""
    table = wish.table
    fields = [column.name for column in table.columns if column.name != "ledger"]
    facts = {"table": table.name, "fields": ", ".join(fields)}
    given = {**wish.mapping, **{one: value for one, value in wish.values.items() if one not in SPECIAL}}
    for one in given:
        if one not in fields:
            raise NotRead(Issue("source_field_unknown", "error", params={"field": one, **facts}))
    filled = {*given, "ledger", "company", *(("as_of_day",) if as_of_today(wish) else ())}
    for column in table.columns:
        if column.required and column.name not in filled:
            raise NotRead(Issue("source_field_missing", "error", params={"field": column.name, "table": table.name}))
    for alternative in table.alternatives:
        if not any(filled.issuperset(group) for group in alternative.groups):
            groups = " / ".join(" + ".join(group) for group in alternative.groups)
            raise NotRead(Issue("source_fields_missing", "error", params={"fields": groups, "table": table.name}))
    told = [one for one in ("company", *table.unit) if one in wish.mapping]
    for one in wish.key:
        if one not in told:
            params = {"key": one, "table": table.name, "fields": ", ".join(told) or "–"}
            raise NotRead(Issue("source_key_unknown", "error", params=params))
    if wish.cursor and (not wish.key or as_of_today(wish)):
        raise NotRead(Issue("source_cursor_needs_key", "error", params={"table": table.name}))


@contextmanager
def opened(database: Database, settings: Mapping[str, object]) -> Iterator[Relation]:
    """The relation in its snapshot; what goes wrong while it is used comes as `NotRead`."""
    try:
        with database.open(database.settings.model_validate(settings)) as relation:
            yield relation
    except Unreachable as error:
        raise NotRead(error.issue, transient=True) from error
    except Unreadable as error:
        raise NotRead(error.issue) from error


def examined(relation: Relation, wish: Wish) -> Examined:
    """Whether relation, columns, key and cursor are there, and that nothing can be written."""
    check_columns(relation, wish)
    if wish.cursor:
        relation.newest(wish.cursor)
    return relation.examine()


def check_columns(relation: Relation, wish: Wish) -> None:
    wanted = {**wish.mapping, **({"cursor": wish.cursor} if wish.cursor else {})}
    missing = {one: column for one, column in wanted.items() if column not in relation.columns}
    if missing:
        shown = ", ".join(f"{one} = {column}" for one, column in missing.items())
        params = {"columns": shown, "relation": relation.name, "names": ", ".join(relation.columns)}
        raise NotRead(Issue("source_column_missing", "error", column=next(iter(missing.values())), params=params))


def pull(con: duckdb.DuckDBPyConnection, relation: Relation, wish: Wish, progress: Callable[[int], None]) -> Pulled:
    """Reads what is new into temp tables of `con` and stages it; raises `NotRead` or
    SystemFailure, then nothing is to be used."""
    check_columns(relation, wish)
    try:
        return _Pull(con, relation, wish, progress).run()
    except duckdb.Error as error:
        raise SystemFailure("delivery_failed", reason=str(error).splitlines()[0]) from error


class _Pull:
    """One reading; its temp tables begin with `prefix`."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, relation: Relation, wish: Wish, progress: Callable[[int], None]
    ) -> None:
        self.con, self.relation, self.wish, self.progress = con, relation, wish, progress
        self.prefix = f"pull_{uuid.uuid4().hex[:12]}"
        self.columns = tuple(dict.fromkeys(wish.mapping.values()))
        self.key = tuple(wish.mapping[one] for one in wish.key)
        places = [self.columns.index(column) for column in self.key]
        self.key_sql = key(*(f"c{place}" for place in places)) if places else key("''")
        self.last = sources.last_reading(con, wish.origin)
        self.known = sources.known_rows(con, wish.origin)
        self.rows = 0

    def run(self) -> Pulled:
        total = self.relation.count()
        mark = self.relation.newest(self.wish.cursor) if self.wish.cursor else None
        since = self._since()
        self._begin()
        if since is not None and self.wish.cursor is not None:
            self._read(Changed(self.key, self.wish.cursor, since, self.wish.overlap))
            if not self._complete(total):
                since = None
        if since is None:
            self._begin()
            self._read(None)
            self._find_vanished(self._table("read"))
            if self.rows != total:
                params = {"relation": self.relation.name, "total": total, "rows": self.rows}
                raise NotRead(Issue("source_changed_while_reading", "error", params=params), transient=True)
        decisions: dict[str, int] = json.loads(self.last.decisions) if since is not None and self.last else {}
        return self._stage(total, mark or since, decisions)

    def _since(self) -> Mark | None:
        """Where the last reading ended; None where everything must be read."""
        last = self.last
        if last is None or last.definition != self.wish.definition or last.cursor is None or last.cursor_kind is None:
            return None
        return Mark(last.cursor_kind, last.cursor)

    def _table(self, what: str) -> str:
        return f"{self.prefix}_{what}"

    def _begin(self) -> None:
        self.rows = 0
        columns = "".join(f", c{i} VARCHAR" for i in range(len(self.columns)))
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {self._table('cells')} (_row BIGINT{columns})")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {self._table('keys')} (_row BIGINT, key UUID)")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {self._table('read')} (key UUID, rows BIGINT)")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {self._table('vanished')} (key UUID)")

    def _read(self, wanted: Changed | Named | None) -> None:
        """Adds rows to cells and keys, and counts them by key."""
        before = self.rows
        extract = self.relation.read(self.columns, wanted, lambda rows: self.progress(before + rows))
        for batch in extract.batches:
            tidied = [tidy(column) for column in batch.columns[1:]]
            self._insert("cells", pa.table([batch.column(0), *tidied], names=batch.schema.names), f"_row + {before}")
            self.rows += batch.num_rows
        cells, keys, read = (self._table(what) for what in ("cells", "keys", "read"))
        self.con.execute(f"INSERT INTO {keys} SELECT _row, {self.key_sql} FROM {cells} WHERE _row > {before}")
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {read} AS SELECT key, count(*) AS rows FROM {keys} GROUP BY key"
        )

    def _insert(self, what: str, rows: pa.Table, line: str) -> None:
        handed = self._table("batch")
        self.con.register(handed, rows)
        try:
            self.con.execute(f"INSERT INTO {self._table(what)} SELECT {line}, * EXCLUDE (_row) FROM {handed}")
        finally:
            self.con.unregister(handed)

    def _balance(self) -> int:
        """Rows the source must have, if nothing else happened than what was read."""
        read, vanished = self._table("read"), self._table("vanished")
        replaced = sources.known_rows(self.con, self.wish.origin, read)
        gone = sources.known_rows(self.con, self.wish.origin, vanished)
        return self.known - replaced - gone + self.rows

    def _complete(self, total: int) -> bool:
        """Finds documents that the cursor did not show; False where only a whole reading can tell."""
        if self._balance() == total and total > ALWAYS_COMPARED:
            return True
        differing = self._differing()
        if len(differing) > MOST_DOCUMENTS:
            return False
        if differing:
            self._read(Named(self.key, differing))
        self._find_vanished(self._table("present"))
        # what a comparison without case or accents gives twice shows here
        doubled = self.con.execute(
            f"SELECT count(*) FROM {self._table('read')} r JOIN {self._table('present')} p USING (key)"
            " WHERE r.rows <> p.rows"
        ).fetchall()[0][0]
        return not doubled and self._balance() == total

    def _differing(self) -> list[tuple[object, ...]]:
        """Documents whose number of rows is another than known; fills ``present(key, rows)`` with all there are."""
        origin = self.wish.origin
        present = self._table("present")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {present} (key UUID, rows BIGINT)")
        told = key(*(f"k{i}" for i in range(len(self.key))))
        known = self._table("known")
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {known} AS SELECT coalesce(r.key, s.key) AS key, coalesce(r.rows, s.rows)"
            f" AS rows FROM {self._table('read')} r FULL JOIN (SELECT key, sum(rows) AS rows FROM source_keys"
            f" WHERE origin = ? AND current GROUP BY key) s ON s.key = r.key",
            [origin],
        )
        differing: list[tuple[object, ...]] = []
        handed = self._table("batch")
        for batch, values in self.relation.documents(self.key):
            arrays = {n: tidy(batch.column(n)) if n != "_rows" else batch.column(n) for n in batch.schema.names}
            self.con.register(handed, pa.table({**arrays, "_place": pa.array(range(len(values)), pa.int64())}))
            self.con.execute(f"INSERT INTO {present} SELECT {told}, _rows FROM {handed}")
            found = self.con.execute(
                f"SELECT b._place FROM (SELECT _place, _rows, {told} AS key FROM {handed}) b LEFT JOIN {known} k"
                " ON k.key = b.key WHERE k.rows IS DISTINCT FROM b._rows"
            ).fetchall()
            self.con.unregister(handed)
            differing += [values[place] for (place,) in found]
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {present} AS SELECT key, sum(rows)::BIGINT AS rows FROM {present}"
            " GROUP BY key"
        )
        return differing

    def _find_vanished(self, present: str) -> None:
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {self._table('vanished')} AS SELECT DISTINCT key FROM source_keys"
            f" WHERE origin = ? AND current AND rows > 0 AND key NOT IN (SELECT key FROM {present})"
            f" AND key NOT IN (SELECT key FROM {self._table('read')})",
            [self.wish.origin],
        )

    def _stage(self, total: int, mark: Mark | None, decisions: dict[str, int]) -> Pulled:
        wish, cells = self.wish, self._table("cells")
        layout = self._layout()
        settings = {"decimal": ".", **{one: value for one, value in wish.values.items() if one in SPECIAL}}
        source = Source(cells, self.rows, len(self.columns), {}, (), whole=True, decisions=decisions)
        cleaned = clean(self.con, source, layout, wish.zone, settings, self.prefix)
        issues, held = cleaned.issues, cleaned.held
        if total < self.known * (1 - LARGEST_FALL):
            params = {"known": self.known, "now": total, "relation": self.relation.name}
            issues, held = [*issues, Issue("source_shrank", "error", count=self.known - total, params=params)], True
        reading = Reading(
            origin=wish.origin,
            definition=wish.definition,
            cursor_kind=mark.kind if mark else None,
            cursor=mark.text if mark else None,
            decisions=json.dumps(decisions),
            keys=self._table("keys"),
            vanished=self._table("vanished"),
            lasting=not as_of_today(wish),
        )
        part = StagedPart(
            file=wish.source,
            department=wish.values.get("department"),
            sha256="",
            sheet=self.relation.name,
            connector="sql",
            table=wish.table.name,
            mapping=dict(wish.mapping),
            rows_read=self.rows,
            rows_rejected=cleaned.rejected,
            issues=issues,
            status="held" if held else "ready",
            staged=cleaned.staged,
            rejects=cleaned.rejects,
            headers=headers_of(layout, len(self.columns)),
            reading=reading,
        )
        vanished = self.con.execute(f"SELECT count(*) FROM {reading.vanished}").fetchall()[0][0]
        return Pulled(part, reading, bool(self.rows or vanished or held))

    def _layout(self) -> Layout:
        wish = self.wish
        facts = {one: Fact(value, "set") for one, value in wish.values.items() if one not in SPECIAL}
        if as_of_today(wish):
            facts["as_of_day"] = Fact(wish.today.isoformat(), "today")
        columns = {one: self.columns.index(column) for one, column in wish.mapping.items()}
        return Layout(wish.table, -1, -1, self.columns, columns, facts, ())
