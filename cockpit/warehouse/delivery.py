"""The one commit point: a delivery becomes visible whole, derived tables included, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import duckdb

from cockpit.issues import Issue
from cockpit.model.types import Table
from cockpit.scope import EVERYTHING, Scope
from cockpit.warehouse import (
    asides,
    claims,
    conflicts,
    derived,
    reach,
    references,
    resolve,
    rows,
    sources,
    storage,
)
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.derived import Change
from cockpit.warehouse.following import finish, note_change, record_version
from cockpit.warehouse.identity import content, quoted
from cockpit.warehouse.rows import Finding, count, fetch, new_rows, whole
from cockpit.warehouse.schema import column_types
from cockpit.warehouse.staging import StagedPart

Status = Literal["loaded", "loaded_with_rejects", "unchanged", "held", "blocked", "ignored", "dry_run"]
GRAVEST: tuple[Status, ...] = ("blocked", "held", "dry_run", "loaded_with_rejects", "loaded", "unchanged", "ignored")


@dataclass(frozen=True)
class Draft:
    """What is known about a delivery before it is made. Instants are UTC, naive.

    NotAllowedError is raised where it reaches beyond `scope`, and nothing is changed.
    """

    ledger: str
    kind: Literal["load", "completion", "patch", "sync", "sample"]
    actor: str
    arrived_at: datetime
    export_at: datetime | None = None
    completes: int | None = None
    dry_run: bool = False
    force: bool = False
    scope: Scope = EVERYTHING


@dataclass
class PartOutcome:
    """A part after the decision; `staged` is what intake handed over."""

    staged: StagedPart
    status: Status
    rows_loaded: int
    rows_skipped: int
    issues: list[Issue]


@dataclass
class Outcome:
    """What became of a delivery. `version` is the warehouse's version afterwards."""

    delivery_id: int | None
    status: Status
    version: int
    parts: list[PartOutcome] = field(default_factory=list)


def gravest(statuses: Sequence[Status]) -> Status:
    return next((status for status in GRAVEST if status in statuses), "ignored")


class Transaction:
    """The steps of one delivery on one connection, inside one transaction that the caller opens and ends."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        tables: Mapping[str, Table],
        derivations: Sequence[Derivation],
        draft: Draft,
        parts: Sequence[StagedPart],
    ) -> None:
        self.con = con
        self.tables = tables
        self.derivations = derivations
        self.draft = draft
        self.parts = list(parts)
        self.version = count(con, "SELECT coalesce(max(id), 0) FROM versions")
        self.delivery = count(con, "SELECT coalesce(max(id), 0) FROM deliveries") + 1
        self.findings: list[Finding] = []
        self.unchanged: dict[int, bool] = {}

    def run(self) -> Outcome:
        """Take the parts in; the caller commits or, for a dry run, rolls back."""
        blocked = any(part.status == "blocked" for part in self.parts)
        ready = [(i, part) for i, part in enumerate(self.parts) if part.staged and part.status in ("ready", "held")]
        if (blocked and not self.draft.force) or not ready:
            return self._record(self._outcome({}, take="blocked" if blocked else None), None)
        self._insert_delivery("held", None)
        asides.remember(self.con, self.draft.scope, self.delivery)
        self._drop_closed()
        by_table: dict[str, list[tuple[int, StagedPart]]] = {}
        for index, part in ready:
            by_table.setdefault(part.table or "", []).append((index, part))
        loaded: dict[int, int] = {}
        for name, members in by_table.items():
            table, confirming = self.tables[name], self.draft.completes is None
            rows.build(self.con, table, members, self.draft.ledger, self.delivery, confirming)
            reach.check_new(self.con, table, self.draft.scope, self.parts)
            if aside := asides.note_new(self.con, table, self.delivery):
                self.findings.append(Finding(members[0][0], Issue("narrower_rows_set_aside", "warning", count=aside)))
            self._compare_readings(table, members)
        for name, members in by_table.items():
            self._prepare(self.tables[name], members, frozenset(by_table))
            loaded |= rows.counts(self.con, self.tables[name])
        held = any(finding.holds for finding in self.findings) or any(part.status == "held" for _, part in ready)
        if self.draft.kind == "sync" and not held and all(self.unchanged.get(i, False) for i, _ in ready):
            return self._outcome(loaded, take=None)  # nothing is new: the caller takes the delivery back
        change = Change()
        for name in by_table:
            self._store(self.tables[name], active=not held)
        outcome = self._outcome(loaded, take="held" if held else None)
        if not held and any(not self.unchanged.get(i, False) for i, _ in ready):
            self.version += 1
        outcome.version = self.version
        self._close_rejects()
        for part in self.parts:
            if part.reading:
                sources.record(self.con, part.reading, self.delivery, active=not held)
        if not held:
            self.con.execute("UPDATE deliveries SET active_from = ? WHERE id = ?", [self.version, self.delivery])
            for name in by_table:
                self._activate(self.tables[name], change)
            finish(self.con, self.tables, self.derivations, change)
        return self._record(outcome, change)

    def _drop_closed(self) -> None:
        """Rows whose reject was brought back already do not come a second time."""
        for index, part in enumerate(self.parts):
            if part.completes is None or part.staged is None:
                continue
            closed = (
                f"SELECT r.part || ':' || r.row FROM rejects r WHERE r.delivery = {part.completes}"
                " AND r.closed_by IS NOT NULL"
            )
            gone = count(self.con, f"SELECT count(*) FROM {quoted(part.staged)} WHERE _mark IN ({closed})")
            if gone:
                still = f"open_{part.staged}"
                self.con.execute(
                    f"CREATE OR REPLACE TEMP TABLE {quoted(still)} AS SELECT * FROM {quoted(part.staged)}"
                    f" WHERE _mark IS NULL OR _mark NOT IN ({closed})"
                )
                part.staged = still
                self.findings.append(Finding(index, Issue("rejects_closed_already", "warning", count=gone)))

    def _compare_readings(self, table: Table, members: list[tuple[int, StagedPart]]) -> None:
        for position, (index, part) in enumerate(members):
            if part.reading:
                self.parts[index] = sources.compare(self.con, table, index, part)
                members[position] = index, self.parts[index]

    def _prepare(self, table: Table, members: Sequence[tuple[int, StagedPart]], tables: frozenset[str]) -> None:
        """Repeats between files, shared numbers, dangling codes, comparison with what is known, for one table."""
        self.findings += rows.settle_repeats(self.con, table, [index for index, _ in members])
        self.findings += references.unknown(self.con, table, self.draft.ledger, tables)
        self.findings += self._proposed_month(table)
        if table.mode == "event":
            self._confirm_events(table, members)
            return
        if table.mode == "master":
            self._compare_master(table, members)
            return
        self.findings += rows.tell_apart(self.con, table)
        own = sources.own_deliveries(self.con, (part for _, part in members))
        if own:
            sources.leave_completed(self.con, table, own)
        absent = {
            index: sources.claim_absence(self.con, table, index, part.reading)
            for index, part in members
            if part.reading
        }
        conflicts.compare(self.con, table)
        if self.draft.completes is not None:
            self.con.execute("DELETE FROM confirmed")
        else:
            self.findings += conflicts.find(self.con, table, self.draft.export_at, self.draft.arrived_at, own)
        for kept, source in (("claims_of", "new_claims"), ("confirmed_of", "confirmed")):
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(f'{kept}_{table.name}')} AS SELECT * FROM {source}")
        self._mark_unchanged(members, f"_doc NOT IN (SELECT doc FROM {quoted(f'confirmed_of_{table.name}')})", table)
        self.unchanged.update({index: False for index, documents in absent.items() if documents})

    def _proposed_month(self, table: Table) -> list[Finding]:
        """A word about summaries that all begin on another day than the ledger's months."""
        if table.name != "stock_summaries":
            return []
        days = fetch(
            self.con,
            f"SELECT min(_part), min(day(period_start)), max(day(period_start)), any_value(l.month_start_day) FROM"
            f" {whole(table)} JOIN ledgers l ON l.name = ledger WHERE period_end - period_start BETWEEN 27 AND 31",
        )
        part, first, last, known = days[0]
        if part is None or first != last or first == known:
            return []
        params = {"day": first, "ledger": self.draft.ledger}
        return [Finding(int(str(part)), Issue("month_start_proposed", "note", params=params))]

    def _confirm_events(self, table: Table, members: Sequence[tuple[int, StagedPart]]) -> None:
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(f'confirmed_of_{table.name}')} AS SELECT n._number AS number,"
            f" n._event AS event, t._delivery AS origin FROM {new_rows(table)} n JOIN {quoted(table.name)} t"
            f" ON t._event = n._event AND t._number = n._number WHERE {content(table, 'n')} = {content(table, 't')}"
        )
        self._mark_unchanged(
            members, f"_event NOT IN (SELECT event FROM {quoted(f'confirmed_of_{table.name}')})", table
        )

    def _compare_master(self, table: Table, members: Sequence[tuple[int, StagedPart]]) -> None:
        same = " AND ".join(
            f"(n.{quoted(c.name)} IS NULL OR n.{quoted(c.name)} IS NOT DISTINCT FROM t.{quoted(c.name)})"
            for c in table.columns
        )
        self._mark_unchanged(
            members,
            f"NOT EXISTS (SELECT 1 FROM {quoted(table.name)} t WHERE t._number = n._number AND {same})",
            table,
        )

    def _mark_unchanged(self, members: Sequence[tuple[int, StagedPart]], differs: str, table: Table) -> None:
        changed = {
            int(str(part))
            for (part,) in fetch(self.con, f"SELECT DISTINCT _part FROM {new_rows(table)} n WHERE {differs}")
        }
        self.unchanged.update({i: i not in changed and not part.rows_rejected for i, part in members})

    def _store(self, table: Table, active: bool) -> None:
        """Write rows and claims: straight to the current table where no other delivery says anything about the unit."""
        new, confirmed = new_rows(table), quoted(f"confirmed_of_{table.name}")
        for name in (table.name, f"past_{table.name}"):
            storage.widen(self.con, name, column_types(table), storage.held(self.con, f"new_{table.name}"))
        if table.mode == "master":
            storage.insert(self.con, f"past_{table.name}", new)
            return
        if table.mode == "event":
            known = f"SELECT _number FROM {quoted(table.name)} UNION ALL SELECT _number FROM {resolve.past(table)}"
            keep = f"_event NOT IN (SELECT event FROM {confirmed})"
            self._contest(table, new, known, active)
            self.con.execute(
                f"INSERT INTO confirmations SELECT '{table.name}', {self.delivery}, number,"
                f" event, origin FROM {confirmed}"
            )
        else:
            told = quoted(f"claims_of_{table.name}")
            keep = f"_doc NOT IN (SELECT doc FROM {confirmed})"
            self._contest(table, told, f"SELECT number FROM claims WHERE \"table\" = '{table.name}'", active)
            self.con.execute(
                f"INSERT INTO claims SELECT '{table.name}', {self.delivery}, c._number, c._doc, c.unit,"
                " c.partner, c.day, c.lines,"
                f" c.content, coalesce(f.origin, {self.delivery}), {str(active).lower()} AND c._number NOT IN"
                f" (SELECT number FROM {_contested(table)}) FROM {told} c LEFT JOIN {confirmed} f ON f.doc = c._doc"
            )
            claims.keep_confirmed(self.con, table, self.delivery, active)
        if active:
            storage.insert(self.con, table.name, f"{new} WHERE {keep} AND {_fresh(table)}")
        if not active or count(self.con, f"SELECT count(*) FROM {_contested(table)}"):
            storage.insert(self.con, f"past_{table.name}", f"{new} WHERE {keep} AND NOT ({active} AND {_fresh(table)})")

    def _contest(self, table: Table, new: str, known: str, active: bool) -> None:
        """Fill ``contested_<table>(number)``: units of this delivery that another delivery speaks of, too."""
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_contested(table)} AS SELECT DISTINCT _number AS number"
            f" FROM {new} WHERE {str(active).lower()} AND _number IN ({known})"
        )

    def _activate(self, table: Table, change: Change) -> None:
        if table.mode == "master":
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE units AS SELECT DISTINCT _number AS number FROM {new_rows(table)}"
            )
            resolve.settle(self.con, table)
        else:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE units AS SELECT number FROM {_contested(table)}")
            resolve.settle(self.con, table)
            change.add(table.name, f"(SELECT * FROM {new_rows(table)} WHERE {_fresh(table)})")
        note_change(table, change)

    def _close_rejects(self) -> None:
        if self.draft.completes is None:
            return
        for part in self.parts:
            if part.staged:
                self.con.execute(
                    f"UPDATE rejects r SET closed_by = {self.delivery} FROM"
                    f" {quoted(part.staged)} s WHERE r.delivery = ?"
                    " AND s._mark = r.part || ':' || r.row",
                    [self.draft.completes],
                )

    def _outcome(self, loaded: Mapping[int, int], take: Literal["held", "blocked"] | None) -> Outcome:
        """Statuses, counts and findings of the parts; `take` is what befalls the parts that were ready."""
        parts = []
        for index, part in enumerate(self.parts):
            issues = [*part.issues, *(f.issue for f in self.findings if f.part == index)]
            rows_loaded = loaded.get(index, 0)
            status: Status
            if part.status in ("blocked", "ignored"):
                status = "blocked" if part.status == "blocked" else "ignored"
            elif take is not None:
                status = take
            elif self.draft.dry_run:
                status = "dry_run"
            elif self.unchanged.get(index, False):
                status, rows_loaded = "unchanged", 0
            else:
                status = "loaded_with_rejects" if part.rows_rejected else "loaded"
            skipped = part.rows_read - part.rows_rejected - rows_loaded
            parts.append(PartOutcome(part, status, rows_loaded, skipped, issues))
        considered = [p.status for p in parts if not (self.draft.force and p.status == "blocked")]
        return Outcome(self.delivery, gravest(considered or ["blocked"]), self.version, parts)

    def _insert_delivery(self, status: str, active_from: int | None) -> None:
        self.con.execute(
            "INSERT INTO deliveries (id, ledger, kind, arrived_at, export_at, status, completes, actor, active_from)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self.delivery,
                self.draft.ledger,
                self.draft.kind,
                self.draft.arrived_at,
                self.draft.export_at,
                status,
                self.draft.completes,
                self.draft.actor,
                active_from,
            ],
        )

    def _record(self, outcome: Outcome, change: Change | None) -> Outcome:
        """Write delivery, parts, rejects and version rows."""
        if change is None:
            self._insert_delivery(outcome.status, None)
        self.con.execute("UPDATE deliveries SET status = ? WHERE id = ?", [outcome.status, self.delivery])
        for index, part in enumerate(outcome.parts):
            self._record_part(index, part, None if change is None else self._newest_day(index, part))
        previous = count(self.con, "SELECT coalesce(max(id), 0) FROM versions")
        if outcome.version > previous:
            record_version(self.con, self.draft.arrived_at, "load", self.delivery, change or Change())
        return outcome

    def _record_part(self, index: int, part: PartOutcome, newest: object) -> None:
        staged = part.staged
        issues = json.dumps([issue_json(issue) for issue in part.issues], ensure_ascii=False)
        self.con.execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self.delivery,
                index,
                staged.file,
                staged.sha256,
                staged.sheet,
                staged.connector,
                staged.table,
                staged.header_row,
                json.dumps(staged.mapping, ensure_ascii=False),
                staged.headers,
                staged.rows_read,
                part.rows_loaded,
                staged.rows_rejected,
                part.rows_skipped,
                part.status,
                issues,
                staged.department,
                newest,
            ],
        )
        if staged.sha256:
            self.con.execute("INSERT OR IGNORE INTO uploads VALUES (?, ?)", [staged.sha256, staged.size])
        if staged.rejects and part.status != "blocked":
            self.con.execute(
                f"INSERT INTO rejects SELECT {self.delivery}, {index}, _row, cells, reasons, NULL"
                f" FROM {quoted(staged.rejects)}"
            )

    def _newest_day(self, index: int, part: PartOutcome) -> object:
        """The last business day of the part's rows up to the day it came; None where none were taken or have one."""
        staged = part.staged
        taken = staged.table and staged.staged and part.status != "blocked"
        table = self.tables[staged.table or ""] if taken else None
        day = derived.local_day(table, "n", "l") if table is not None else None
        if table is None or day is None:
            return None
        came = "timezone(l.timezone, timezone('UTC', ?::TIMESTAMP))::DATE"
        newest = fetch(
            self.con,
            f"SELECT max({day}) FILTER (WHERE {day} <= {came}) FROM {new_rows(table)} n, ledgers l"
            " WHERE n._part = ? AND l.name = ?",
            [self.draft.arrived_at, index, self.draft.ledger],
        )
        return newest[0][0]


def _contested(table: Table) -> str:
    return quoted(f"contested_{table.name}")


def _fresh(table: Table) -> str:
    """SQL condition that no other delivery speaks of a new row's unit."""
    return f"_number NOT IN (SELECT number FROM {_contested(table)})"


def issue_json(issue: Issue) -> dict[str, object]:
    """A finding as it is kept; its message is made when somebody reads it, in the reader's language."""
    return {
        "code": issue.code,
        "severity": issue.severity,
        "row": issue.row,
        "column": issue.column,
        "value": issue.value,
        "count": issue.count,
        "params": dict(issue.params),
    }
