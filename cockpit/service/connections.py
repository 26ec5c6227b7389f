"""Connections to databases as people handle them: list, check, bring up to date."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cockpit.errors import (
    EXIT_DONE,
    EXIT_NOT_HELD,
    EXIT_SYSTEM,
    NotAllowedError,
    RefusedError,
    SystemFailure,
    UsageError,
)
from cockpit.intake import relation
from cockpit.intake.relation import NotRead, Pulled, Wish
from cockpit.issues import Issue
from cockpit.locale import Language
from cockpit.service import blocks
from cockpit.service.blocks import Source
from cockpit.service.reports import issue_json
from cockpit.service.requests import Actor
from cockpit.warehouse import sources
from cockpit.warehouse.delivery import Draft, Outcome
from cockpit.warehouse.store import Ledger, Session, Warehouse

Counted = Callable[[int, int], None]
State = Literal["done", "held", "failed"]
MOST_TRIES = 5
LONGEST_PAUSE = 15.0  # seconds


@dataclass(frozen=True)
class SourceView:
    """A connection and its last run. `cursor` is how far the active deliveries reach; `state` that of the run."""

    name: str
    dialect: str
    ledger: str
    table: str
    relation: str
    cursor_column: str | None
    cursor: str | None
    last_run: datetime | None
    state: str | None
    rows_read: int | None
    delivery_id: int | None


@dataclass(frozen=True)
class SourceCheck:
    """What a look at a connection found; `rows` is None where it could not be counted."""

    name: str
    ok: bool
    rows: int | None
    refuses_writing: bool | None
    account_may_write: bool | None
    issues: tuple[Issue, ...]
    seconds: float

    @property
    def exit_status(self) -> int:
        return EXIT_DONE if self.ok else EXIT_NOT_HELD

    def json(self, language: Language) -> dict[str, Any]:
        return {
            "source": self.name,
            "ok": self.ok,
            "rows": self.rows,
            "refuses_writing": self.refuses_writing,
            "account_may_write": self.account_may_write,
            "issues": [issue_json(issue, language) for issue in self.issues],
            "seconds": round(self.seconds, 3),
        }


@dataclass
class SyncReport:
    """One run of one connection. `status` is that of its delivery, None where it failed."""

    source: str
    state: State = "failed"
    delivery_id: int | None = None
    status: str | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_skipped: int = 0
    cursor: str | None = None
    tries: int = 0
    version: int = 0
    issues: list[Issue] = field(default_factory=list)
    seconds: float = 0.0
    transient: bool = False
    table: str = ""
    brought: bool = False  # it made a delivery of its own

    @property
    def exit_status(self) -> int:
        if self.state == "failed":
            return EXIT_SYSTEM if self.transient else EXIT_NOT_HELD
        return EXIT_DONE if self.state == "done" else EXIT_NOT_HELD

    def json(self, language: Language) -> dict[str, Any]:
        names = ("source", "state", "delivery_id", "status", "rows_read", "rows_loaded", "rows_rejected")
        rest = ("rows_skipped", "cursor", "tries", "version")
        return {
            **{name: getattr(self, name) for name in (*names, *rest)},
            "issues": [issue_json(issue, language) for issue in self.issues],
            "seconds": round(self.seconds, 3),
        }


class ConnectionDesk:
    """Owns `sources.toml` and runs what stands there, one run of a connection at a time."""

    def __init__(
        self, warehouse: Warehouse, home: Path, timezone: str, connectors: Sequence[Any], pause: float = 0.5
    ) -> None:
        self._warehouse, self._home, self._timezone, self._pause = warehouse, home, timezone, pause
        self._database = next((one() for one in connectors if not one.files), None)
        self._running: set[str] = set()
        self._guard = threading.Lock()

    # ---------------------------------------------------------------- looking

    def sources(self, actor: Actor) -> list[SourceView]:
        """The connections an actor may see. UsageError where the file cannot be read."""
        found = self._visible(actor)
        zones = {ledger.name: ledger.timezone for ledger in self._warehouse.ledgers()}
        with self._warehouse.session() as session:
            runs = sources.runs(session.con)
            readings = {source.name: sources.last_reading(session.con, source.origin) for source in found}
        views = []
        for source in found:
            run, last, block = runs.get(source.name), readings[source.name], source.block
            zone = ZoneInfo(zones.get(block.ledger, self._timezone))
            views.append(
                SourceView(
                    name=source.name,
                    dialect=source.dialect,
                    ledger=block.ledger,
                    table=block.table,
                    relation=block.shown,
                    cursor_column=block.cursor,
                    cursor=last.cursor if last else None,
                    last_run=run.ran_at.replace(tzinfo=UTC, microsecond=0).astimezone(zone) if run else None,
                    state=run.state if run else None,
                    rows_read=run.rows_read if run else None,
                    delivery_id=run.delivery if run else None,
                )
            )
        return views

    def check(self, actor: Actor, name: str) -> SourceCheck:
        """Connects and looks; nothing is read into the warehouse. UsageError where there is no such connection."""
        began = time.monotonic()
        source = self._named(actor, name)
        try:
            wish = source.wish(self._timezone, self._warehouse.now().date())
            relation.check(wish)
            with relation.opened(self._opener(), source.settings()) as opened:
                found = relation.examined(opened, wish)
        except NotRead as error:
            return SourceCheck(name, False, None, None, None, (error.issue,), time.monotonic() - began)
        issues = []
        if not found.refuses_writing:
            issues.append(Issue("source_not_read_only", "error"))
        if found.account_may_write:
            issues.append(Issue("source_account_may_write", "warning"))
        seconds = time.monotonic() - began
        return SourceCheck(
            name,
            found.refuses_writing,
            found.rows,
            found.refuses_writing,
            found.account_may_write,
            tuple(issues),
            seconds,
        )

    def _opener(self) -> Any:
        if self._database is None:
            raise SystemFailure("unexpected", detail="no database connector")
        return self._database

    def _visible(self, actor: Actor) -> list[Source]:
        allowed = actor.scope.allowed.get("ledger")
        return [one for one in blocks.read(self._home).values() if allowed is None or one.block.ledger in allowed]

    def _named(self, actor: Actor, name: str) -> Source:
        visible = {source.name: source for source in self._visible(actor)}
        if name not in visible:  # one that there is not and one of another ledger look the same
            raise UsageError(
                "source_unknown", name=name, names=", ".join(visible) or "–", file=str(self._home / blocks.FILE)
            )
        return visible[name]

    # ---------------------------------------------------------------- running

    def sync(self, actor: Actor, name: str | None, progress: Counted) -> list[SyncReport]:
        """Brings one connection up to date, all without `name`. What one of them fails by stands in its report."""
        chosen = [self._named(actor, name)] if name is not None else self._visible(actor)
        for source in chosen:
            if actor.demo:
                raise NotAllowedError("demo_cannot_deliver", ledger=source.block.ledger)
        return [self._run(actor, source, progress) for source in chosen]

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with self._guard:
            if name in self._running:
                raise RefusedError("sync_running", name=name)
            self._running.add(name)
        try:
            yield
        finally:
            with self._guard:
                self._running.discard(name)

    def _run(self, actor: Actor, source: Source, progress: Counted) -> SyncReport:
        began = time.monotonic()
        report = SyncReport(source.name, table=source.block.table)
        with self._alone(source.name), self._warehouse.session() as session:
            kept: Pulled | None = None
            try:
                kept = self._bring(actor, source, session, report, progress)
            except NotRead as error:
                report.state, report.transient = "failed", error.transient
                report.issues.append(error.issue)
            report.version = self._warehouse.version().number
            report.seconds = time.monotonic() - began
            issue = next((one.code for one in report.issues if one.severity == "error"), None)
            run = sources.Run(
                source.name,
                self._warehouse.now(),
                report.state if report.state == "failed" else str(report.status),
                report.rows_read,
                report.seconds,
                report.delivery_id,
                issue,
            )
            self._warehouse.note_run(session.con, run, kept.reading if kept else None)
        return report

    def _bring(
        self, actor: Actor, source: Source, session: Session, report: SyncReport, progress: Counted
    ) -> Pulled | None:
        """Reads and delivers; gives what was read where it brought nothing new."""
        ledger = self._ledger(source.block.ledger)
        now = self._warehouse.now()
        wish = source.wish(ledger.timezone, now.replace(tzinfo=UTC).astimezone(ZoneInfo(ledger.timezone)).date())
        relation.check(wish)
        waiting = sources.waiting(session.con, source.origin)
        if waiting is not None:
            report.state, report.status, report.delivery_id = "held", "held", waiting
            report.issues.append(Issue("source_waits", "error", params={"delivery": waiting}))
            return None
        pulled = self._pull(source, wish, session, report, progress)
        report.rows_read = report.rows_skipped = pulled.part.rows_read
        report.cursor = pulled.reading.cursor
        report.state, report.status = "done", "unchanged"
        if not pulled.news:
            return pulled
        draft = Draft(
            ledger=ledger.name,
            kind="sync",
            actor=actor.name,
            arrived_at=self._warehouse.now(),
            export_at=now,
            scope=actor.scope,
        )
        outcome = session.deliver(draft, [pulled.part])
        self._tell(report, outcome)
        return pulled if outcome.status == "unchanged" else None

    def _pull(self, source: Source, wish: Wish, session: Session, report: SyncReport, progress: Counted) -> Pulled:
        """Reads, with several tries where the connection fails; the pauses between them grow, and are never equal."""
        while True:
            report.tries += 1
            try:
                with relation.opened(self._opener(), source.settings()) as opened:
                    return relation.pull(session.con, opened, wish, lambda rows: progress(rows, 0))
            except NotRead as error:
                if not error.transient or report.tries >= MOST_TRIES:
                    raise
            time.sleep(min(LONGEST_PAUSE, self._pause * 2 ** (report.tries - 1)) * random.uniform(0.5, 1.5))

    def _tell(self, report: SyncReport, outcome: Outcome) -> None:
        part = outcome.parts[0]
        report.status = outcome.status
        report.delivery_id = None if outcome.status == "unchanged" else outcome.delivery_id
        report.brought = report.delivery_id is not None
        report.state = "held" if outcome.status == "held" else "done"
        report.rows_loaded, report.rows_skipped = part.rows_loaded, part.rows_skipped
        report.rows_rejected = part.staged.rows_rejected
        report.issues += part.issues

    def _ledger(self, name: str) -> Ledger:
        """The ledger that is delivered to; made with the default zone on its first delivery."""
        known = {ledger.name: ledger for ledger in self._warehouse.ledgers()}
        if name not in known:
            self._warehouse.set_ledger(Ledger(name, self._timezone, 1, None, None, False))
            return self._ledger(name)
        return known[name]
