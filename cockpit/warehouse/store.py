"""The warehouse file and its one owner: opening, reading, the write lock, undo, decisions, ledgers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from cockpit.errors import RefusedError, SystemFailure
from cockpit.model.types import Table
from cockpit.scope import EVERYTHING, Scope
from cockpit.warehouse import (
    asides,
    derived,
    proof,
    reach,
    reading,
    resolve,
    schema,
    sources,
    statements,
    storage,
    working_days,
)
from cockpit.warehouse.delivery import Draft, Outcome, Transaction
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.derived import Change
from cockpit.warehouse.engine import Engine
from cockpit.warehouse.following import finish, note_change, record_version
from cockpit.warehouse.identity import key, quoted
from cockpit.warehouse.rows import count, fetch
from cockpit.warehouse.staging import Reading, StagedPart

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Ledger:
    """A named origin of data. `now_at` is its own now (UTC, naive), None for the clock's."""

    name: str
    timezone: str
    month_start_day: int
    currency: str | None
    now_at: datetime | None
    sample: bool


@dataclass(frozen=True)
class Version:
    """The state that caches are keyed by: the newest change of data and the newest change of settings."""

    data: int
    settings: int

    @property
    def number(self) -> int:
        return max(self.data, self.settings)


class Session:
    """A connection of its own for one delivery: temporary tables live here until it is made."""

    def __init__(self, warehouse: Warehouse, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._warehouse = warehouse

    def deliver(self, draft: Draft, parts: Sequence[StagedPart], ledger: Ledger | None = None) -> Outcome:
        """Make the delivery in one transaction, and with it the `ledger` where it is not there yet.

        SystemFailure when disk or engine fail, NotAllowedError where it reaches beyond its draft's scope: then nothing
        changed.
        """
        return self._warehouse._deliver(self.con, draft, parts, ledger)


class Warehouse:
    """One DuckDB file, opened by one process."""

    def __init__(
        self,
        path: Path,
        tables: Mapping[str, Table],
        derivations: Sequence[Derivation],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None),
    ) -> None:
        self.path = path
        self.tables = tables
        self.derivations = derivations
        self._clock = clock
        self._engine = Engine(path, lambda con: schema.create(con, tables.values(), derivations))
        self._columns = {
            **{table.name: schema.column_types(table) for table in tables.values()},
            **{derivation.name: dict(derivation.columns) for derivation in derivations},
            **schema.VIEWS,
        }

    def close(self) -> None:
        self._engine.close()

    def now(self) -> datetime:
        """The clock's now, UTC and naive."""
        return self._clock()

    # ---------------------------------------------------------------- reading

    def columns(self, table: str) -> Mapping[str, str]:
        """Column → DuckDB type of a canonical or derived table."""
        return self._columns[table]

    def read(self, table: str, scope: Scope, ledgers: tuple[str, ...] | None = None) -> ir.Table:
        """A canonical or derived table as this actor may see it; see `cockpit.warehouse.reading.scoped`."""
        return reading.scoped(table, self._columns[table], scope, ledgers)

    def unreachable(self, table: str, scope: Scope) -> tuple[str, ...]:
        """The scoped dimensions for lack of which `read` gives nothing."""
        return reading.unreachable(self._columns[table], scope)

    def concealed(self, table: str, scope: Scope) -> frozenset[str]:
        """The columns that `read` gives empty whatever they hold; see `cockpit.warehouse.reading.concealed`."""
        return reading.concealed(self._columns[table], scope)

    def run(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression built on `read`."""
        return self.run_sql(reading.compile_sql(expression))

    def ask(
        self, kind: Hashable, scope: Scope, make: Callable[[Scope], ir.Table], **values: object
    ) -> list[dict[str, Any]]:
        """The rows of what `make` builds on `read`, compiled once for each `kind`; see `statements.ask`."""
        return statements.ask(self, kind, scope, make, values)

    def run_sql(self, statement: str, params: Sequence[object] = ()) -> pa.Table:
        """The rows of a statement that this project wrote; values only ever through `params`."""
        with self._engine.cursor() as cursor:
            return cursor.sql(statement, params=list(params)).to_arrow_table()

    def records(self, statement: str, params: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The rows of a statement that this project wrote, by column name; for results of some hundred rows, which
        come sooner this way than as Arrow."""
        with self._engine.cursor() as cursor:
            result = cursor.execute(statement, list(params))
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything this thread reads inside the block shows one state; see `Engine.snapshot`."""
        return self._engine.snapshot()

    def version(self) -> Version:
        """The newest data and settings version; (0, 0) when nothing was ever delivered."""
        (newest,) = self.records(
            "SELECT coalesce(max(id) FILTER (WHERE NOT settings), 0) AS data, coalesce(max(id) FILTER"
            " (WHERE settings), 0) AS settings FROM versions"
        )
        return Version(**newest)

    # ---------------------------------------------------------------- ledgers

    def ledgers(self) -> list[Ledger]:
        rows = self.records(
            "SELECT name, timezone, month_start_day, currency, now_at, sample FROM ledgers ORDER BY name"
        )
        return [Ledger(**row) for row in rows]

    def set_ledger(self, ledger: Ledger) -> None:
        """Create a ledger or change its facts; what depends on them is derived again, in one transaction."""
        with self.session() as session, self._engine.transaction(session.con):
            self._set_ledger(session.con, ledger)

    def _set_ledger(self, con: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
        known = fetch(con, "SELECT timezone, month_start_day, currency FROM ledgers WHERE name = ?", [ledger.name])
        con.execute("DELETE FROM ledgers WHERE name = ?", [ledger.name])
        con.execute(
            "INSERT INTO ledgers VALUES (?, ?, ?, ?, ?, ?)",
            [ledger.name, ledger.timezone, ledger.month_start_day, ledger.currency, ledger.now_at, ledger.sample],
        )
        if not known:
            working_days.fill(con, ledger.name)
            return
        if known[0] != (ledger.timezone, ledger.month_start_day, ledger.currency):
            change = Change(settings={"ledgers", "calendars"})
            for table in self.tables.values():
                derived.recount_days(con, table)
            derived.run(con, self.derivations, change)
            record_version(con, self.now(), "ledger", None, change)

    # ---------------------------------------------------------------- writing

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection with temporary tables of its own; several may stage side by side, one delivers at a time."""
        with self._engine.work() as con:
            yield Session(self, con)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else writes inside the block, so that what was read there still holds when it is written."""
        with self._engine.writing:
            yield

    def interrupt(self) -> None:
        """Break off the statements that deliveries and decisions are at; they are rolled back. For a stop that cannot
        wait; a statement that begins afterwards is not affected."""
        self._engine.interrupt()

    def _deliver(
        self, con: duckdb.DuckDBPyConnection, draft: Draft, parts: Sequence[StagedPart], ledger: Ledger | None
    ) -> Outcome:
        def lasts() -> bool:
            return not draft.dry_run and not (draft.kind == "sync" and outcome.status == "unchanged")

        with self.exclusive():
            with self._engine.transaction(con, lasts):
                if ledger is not None:
                    self._set_ledger(con, ledger)
                outcome = Transaction(con, self.tables, self.derivations, draft, parts).run()
            if not lasts():
                outcome.delivery_id = None
                outcome.version = self.version().number
            return outcome

    def undo(self, delivery: int, actor: str, reason: str = "", scope: Scope = EVERYTHING) -> int:
        """End a delivery's activity, whatever came after; the version afterwards. RefusedError when it has none,
        NotAllowedError where that reaches beyond `scope`."""
        with self.session() as session, self._engine.transaction(session.con):
            con = session.con
            self._must(con, delivery, active=True)
            version = count(con, "SELECT coalesce(max(id), 0) FROM versions") + 1
            con.execute(
                "UPDATE deliveries SET active_to = ?, decision = 'undone', reason = ?, decided_by = ?, decided_at = ?"
                " WHERE id = ?",
                [version, reason, actor, self.now(), delivery],
            )
            # Rows that complete a delivery are no documents without it.
            ended = [
                delivery,
                *(
                    int(str(one))
                    for (one,) in fetch(
                        con,
                        "UPDATE deliveries SET active_to = ?, decision = 'undone', reason = ?, decided_by = ?,"
                        " decided_at = ? WHERE completes = ? AND active_from IS NOT NULL AND active_to IS NULL"
                        " RETURNING id",
                        [version, reason, actor, self.now(), delivery],
                    )
                ),
            ]
            change = Change()
            for one in ended:
                con.execute("UPDATE rejects SET closed_by = NULL WHERE closed_by = ?", [one])
                self._settle(con, one, change, scope)
            finish(con, self.tables, self.derivations, change)
            return record_version(con, self.now(), "undo", delivery, change)

    def decide(
        self, delivery: int, accept: bool, apart: bool, actor: str, reason: str, scope: Scope = EVERYTHING
    ) -> int:
        """Release or drop a held delivery; with `apart` its documents stay beside known ones of the same number.

        NotAllowedError where it would be released and reaches beyond `scope`.
        """
        with self.session() as session, self._engine.transaction(session.con):
            con = session.con
            self._must(con, delivery, active=False)
            version = count(con, "SELECT coalesce(max(id), 0) FROM versions") + 1
            words = ["accepted" if accept else "discarded", reason, actor, self.now()]
            if not accept:
                con.execute(
                    "UPDATE deliveries SET decision = ?, reason = ?, decided_by = ?, decided_at = ? WHERE id = ?",
                    [*words, delivery],
                )
                return version - 1
            if apart:
                self._set_apart(con, delivery)
            for table in self._tables_of(con, delivery):
                reach.check_held(con, table, scope, delivery)
                asides.note_held(con, table, delivery)
            con.execute(
                "UPDATE parts SET status = CASE WHEN rows_rejected > 0 THEN 'loaded_with_rejects' ELSE 'loaded' END"
                " WHERE delivery = ? AND status = 'held'",
                [delivery],
            )
            rejected = count(con, "SELECT coalesce(max(rows_rejected), 0) FROM parts WHERE delivery = ?", [delivery])
            con.execute(
                "UPDATE deliveries SET decision = ?, reason = ?, decided_by = ?, decided_at ="
                " ?, active_from = ?, status = ?"
                " WHERE id = ?",
                [*words, version, "loaded_with_rejects" if rejected else "loaded", delivery],
            )
            change = Change()
            self._settle(con, delivery, change)
            finish(con, self.tables, self.derivations, change)
            return record_version(con, self.now(), "decide", delivery, change)

    def note_run(self, con: duckdb.DuckDBPyConnection, run: sources.Run, confirmed: Reading | None) -> None:
        """Keep how a source's last run ended; `confirmed` is what it read where that brought nothing new."""
        with self._engine.transaction(con):
            if confirmed is not None:
                sources.confirm(con, confirmed)
            sources.note_run(con, run)

    def _must(self, con: duckdb.DuckDBPyConnection, delivery: int, active: bool) -> None:
        rows = fetch(
            con,
            "SELECT active_from IS NOT NULL AND active_to IS NULL, status = 'held' AND active_from IS NULL AND decision"
            " IS NULL FROM deliveries WHERE id = ?",
            [delivery],
        )
        if not rows:
            raise RefusedError("delivery_unknown", delivery=delivery)
        if active and not rows[0][0]:
            raise RefusedError("delivery_not_active", delivery=delivery)
        if not active and not rows[0][1]:
            raise RefusedError("delivery_not_held", delivery=delivery)

    def _settle(self, con: duckdb.DuckDBPyConnection, delivery: int, change: Change, scope: Scope = EVERYTHING) -> None:
        """Resolve everything one delivery speaks of, after its activity changed; adds what moved to `change`.

        NotAllowedError where that reaches beyond `scope`.
        """
        for table in self._tables_of(con, delivery):
            resolve.units_of(con, table, delivery)
            resolve.settle(con, table)
            reach.check_moved(con, table, scope, delivery)
            note_change(table, change, f"_{delivery}", con)
        sources.settle(con, delivery)

    def _tables_of(self, con: duckdb.DuckDBPyConnection, delivery: int) -> list[Table]:
        names = fetch(con, 'SELECT DISTINCT "table" FROM parts WHERE delivery = ? AND "table" IS NOT NULL', [delivery])
        return [self.tables[str(name)] for (name,) in names]

    def _set_apart(self, con: duckdb.DuckDBPyConnection, delivery: int) -> None:
        """Give the held delivery's documents whose number is known otherwise a number of their own."""
        for table in self.tables.values():
            if table.mode != "document":
                continue
            con.execute(
                "CREATE OR REPLACE TEMP TABLE apart AS SELECT n.number, n.doc, n.partner, n.day FROM claims n"
                ' WHERE n."table" = $table AND n.delivery = $delivery AND n.number IN (SELECT number FROM claims k'
                ' WHERE k."table" = $table AND k.current) AND NOT EXISTS (SELECT 1'
                ' FROM claims k WHERE k."table" = $table'
                " AND k.current AND k.number = n.number AND (k.partner IS NULL OR n.partner IS NULL OR k.partner ="
                " n.partner) AND (k.day IS NULL OR n.day IS NULL OR k.day = n.day))",
                {"table": table.name, "delivery": delivery},
            )
            own = key("a.number", "a.partner", "a.day")
            con.execute(
                f"UPDATE {storage.stored(f'past_{table.name}')} p SET _number = {own}, _doc = {own} FROM apart a"
                f" WHERE p._doc = a.doc AND p._delivery = {delivery}"
            )
            con.execute(
                f"UPDATE claims SET number = {own}, doc = {own}, unit = NULL FROM apart a WHERE claims.doc = a.doc"
                f" AND claims.delivery = {delivery} AND claims.\"table\" = '{table.name}'"
            )

    # ---------------------------------------------------------------- proof

    def read_through(self) -> tuple[int, list[str]]:
        """Read every stored table to its last row; how many there are, and the names of those that are damaged."""
        names = [str(row["name"]) for row in self.records(proof.STORED)]
        damaged = []
        for name in names:
            try:
                self.records(proof.reading_through(name))
            except SystemFailure as failure:
                if failure.code != "warehouse_damaged":
                    raise
                damaged.append(name)
        return len(names), damaged

    def miscounted(self) -> list[str]:
        """The tables whose rows do not agree with what the bookkeeping says of them."""
        differs = {table.name: proof.rows_differ(table) for table in self.tables.values()} | proof.BOOKS
        return [name for name, statement in differs.items() if self.records(statement)[0]["differs"]]

    def verify(self) -> dict[str, int]:
        """Compute everything again from the delivered rows; differing rows by table. What differed is mended."""
        differing: dict[str, int] = {}
        with self.session() as session, self._engine.transaction(session.con):
            con = session.con
            for table in self.tables.values():
                con.execute(
                    f"CREATE OR REPLACE TEMP TABLE units AS SELECT _number AS number FROM {quoted(table.name)}"
                    f" UNION SELECT _number FROM {resolve.past(table)}"
                )
                con.execute(f"CREATE OR REPLACE TEMP TABLE before AS SELECT * FROM {quoted(table.name)}")
                resolve.settle(con, table)
                differing[table.name] = count(
                    con,
                    "SELECT (SELECT count(*) FROM (SELECT * FROM before EXCEPT ALL SELECT *"
                    f" FROM {quoted(table.name)}))"
                    f" + (SELECT count(*) FROM (SELECT * FROM {quoted(table.name)} EXCEPT ALL SELECT * FROM before))",
                )
            for derivation in self.derivations:
                differing[derivation.name] = derived.compare(con, derivation)
        return differing
