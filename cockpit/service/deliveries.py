"""Deliveries as people handle them: load, look back, decide, undo, take rejects out and bring them back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cockpit.access.grants import ANY
from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.intake import sandbox
from cockpit.intake.load import ConnectorRef, LoadOptions, Progress, UploadedFile, stage
from cockpit.intake.rejects import write_rejects
from cockpit.issues import Issue
from cockpit.locale import Language
from cockpit.model import TABLES
from cockpit.scope import EVERYTHING
from cockpit.service import words
from cockpit.service.ledgers import unknown
from cockpit.service.reports import DeliveryView, LoadReport, PartReport
from cockpit.service.requests import Actor, LoadRequest
from cockpit.service.spool import room
from cockpit.service.uploads import keep
from cockpit.warehouse import reach
from cockpit.warehouse.delivery import Draft, Outcome
from cockpit.warehouse.staging import StagedPart
from cockpit.warehouse.store import Ledger, Warehouse

Counted = Callable[[int, int], None]

HISTORY = (
    "SELECT d.*, (SELECT count(*) FROM rejects r WHERE r.delivery = d.id AND r.closed_by IS NULL) AS open_rejects,"
    " l.timezone FROM deliveries d JOIN ledgers l ON l.name = d.ledger"
)


class DeliveryDesk:
    """Takes files in and answers for what became of them."""

    def __init__(self, warehouse: Warehouse, home: Path, timezone: str, connectors: Sequence[Any]) -> None:
        self._warehouse = warehouse
        self._home = home
        self._timezone = timezone
        self._connectors = tuple(
            ConnectorRef(f"{one.__module__}:{one.__qualname__}") for one in connectors if one.files
        )

    def load(
        self,
        actor: Actor,
        paths: Sequence[Path],
        request: LoadRequest,
        progress: Counted,
        language: Language,
        kind: Literal["load", "sample"] = "load",
    ) -> LoadReport:
        """Make one delivery of the files. SystemFailure when disk or engine fail: nothing changed.

        NotAllowedError where a table is among them that the actor may not deliver, or a row that lies outside their
        scope or belongs to a document or case that does: nothing of them is taken in.
        """
        began = time.monotonic()
        ledger = self._ledger(actor, request.ledger or "default")
        if kind != "sample" and not any(actor.may("deliver", name) for name in TABLES):
            actor.must("deliver", request.table or ANY)
        sandbox.shared().prepare()
        files = [self._uploaded(path, request.dry_run) for path in paths]
        export_at = self._utc(request.as_of, ledger.timezone)
        options = LoadOptions(
            table=request.table,
            process=request.process,
            department=request.department,
            sheet=request.sheet,
            map=dict(request.map),
            set=dict(request.set),
            language=language,
            zone=ledger.timezone,
            as_of=export_at,
            force=request.force,
        )
        with room(self._home, "intake") as folder, self._warehouse.session() as session:
            parts = stage(
                session.con,
                files,
                options,
                lambda step: _count(progress, step),
                self._connectors,
                recall=lambda delivery, part: self._recall(actor, delivery, part),
                spool=folder,
            )
            for part in parts:
                if part.table == "patches":
                    # A correction that would be kept and change nothing is worse than one that is refused.
                    part.status, part.staged = "blocked", None
                    part.issues.append(Issue("corrections_not_taken", "error"))
            with self._warehouse.exclusive():  # what arrives is delivered in the order in which it arrived
                if kind != "sample":
                    self._may_deliver(actor, parts, language)
                completes = self._completes(actor, parts, ledger.name)
                draft = Draft(
                    ledger=ledger.name,
                    kind="completion" if completes is not None else kind,
                    actor=actor.name,
                    arrived_at=self._warehouse.now(),
                    export_at=export_at,
                    completes=completes,
                    dry_run=request.dry_run,
                    force=request.force,
                    scope=EVERYTHING if kind == "sample" else actor.scope,
                )
                outcome = session.deliver(draft, parts, ledger if self._known(ledger.name) is None else None)
        return _report(outcome, time.monotonic() - began)

    def _may_deliver(self, actor: Actor, parts: Sequence[StagedPart], language: Language) -> None:
        """NotAllowedError naming the tables among the parts that the actor may not deliver, that do not tell what
        limits them, or whose rows lend what they say to the documents of others."""
        tables = dict.fromkeys(part.table for part in parts if part.table)
        refused = [name for name in tables if not actor.may("deliver", name)]
        if refused:
            said = words.listed((words.table(name, language) for name in refused), language)
            raise NotAllowedError("deliver_not_allowed", action="deliver", resource=",".join(refused), tables=said)
        for name in tables:
            if missing := self._warehouse.unreachable(name, actor.scope):
                said = words.listed((words.dimension(one, language) for one in missing), language)
                raise NotAllowedError("table_not_deliverable", action="deliver", resource=name, dimensions=said)
            if lent := reach.lent(TABLES[name], actor.scope):
                said = words.listed((words.dimension(one, language) for one in lent), language)
                raise NotAllowedError("master_not_deliverable", action="deliver", resource=name, dimensions=said)

    def _uploaded(self, path: Path, dry_run: bool) -> UploadedFile:
        if not path.is_file():
            raise UsageError("file_not_found", file=str(path))
        return UploadedFile(path.name, path if dry_run else keep(self._home, path))

    def _ledger(self, actor: Actor, name: str) -> Ledger:
        """The ledger that is delivered to; one that is not there yet has the default zone, and is made with what is
        delivered first."""
        if name not in actor.scope.allowed.get("ledger", {name}):
            raise NotAllowedError("ledger_not_allowed", ledger=name)
        ledger = self._known(name) or Ledger(name, self._timezone, 1, None, None, False)
        if actor.demo and not ledger.sample:
            raise NotAllowedError("demo_cannot_deliver", ledger=name)
        return ledger

    def _known(self, name: str) -> Ledger | None:
        return next((ledger for ledger in self._warehouse.ledgers() if ledger.name == name), None)

    def _utc(self, instant: datetime | None, zone: str) -> datetime | None:
        """An instant as UTC without offset; one without offset is the ledger's wall time."""
        if instant is None:
            return None
        placed = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))
        return placed.astimezone(UTC).replace(tzinfo=None)

    def _completes(self, actor: Actor, parts: Sequence[StagedPart], ledger: str) -> int | None:
        """The delivery whose rejects come back; RefusedError where they belong to none, or to several."""
        named = {part.completes for part in parts if part.completes is not None}
        if not named:
            return None
        if len(named) > 1 or any(part.completes is None for part in parts if part.status != "ignored"):
            raise RefusedError("rejects_of_one_delivery_only")
        base = named.pop()
        rows = self._warehouse.records(
            "SELECT ledger, actor, active_from IS NOT NULL AND active_to IS NULL AS active FROM deliveries"
            " WHERE id = $1",
            [base],
        )
        if not rows or rows[0]["ledger"] != ledger or not _in_detail(actor, rows[0]):
            raise RefusedError("rejects_of_unknown_delivery", delivery=base)
        if not rows[0]["active"]:
            raise RefusedError("rejects_of_inactive_delivery", delivery=base)
        return base

    def _recall(self, actor: Actor, delivery: int, part: int) -> tuple[str, Mapping[str, str]] | None:
        """Table and mapping of a part, so that its rejects are read the way the part was; None for what the actor may
        not know of."""
        rows = self._warehouse.run_sql(
            'SELECT p."table", p.mapping, d.ledger, d.actor FROM parts p JOIN deliveries d ON d.id = p.delivery'
            ' WHERE p.delivery = $1 AND p.part = $2 AND p."table" IS NOT NULL',
            [delivery, part],
        ).to_pylist()
        known = rows and _in_detail(actor, rows[0])
        return (rows[0]["table"], json.loads(rows[0]["mapping"])) if known else None

    # ---------------------------------------------------------------- looking back

    def history(self, actor: Actor, ledger: str | None = None) -> list[DeliveryView]:
        """All deliveries the actor may know of, newest first. UsageError where there is no ledger of that name.

        Of others' deliveries whoever is limited to some rows gets the outline, and whoever may not see some columns
        gets no findings, which quote what the files said.
        """
        allowed = actor.scope.allowed.get("ledger")
        names = [one.name for one in self._warehouse.ledgers() if allowed is None or one.name in allowed]
        if ledger is not None and ledger not in names:
            raise unknown(actor.scope, ledger, names)
        rows = self._warehouse.run_sql(f"{HISTORY} ORDER BY d.id DESC").to_pylist()
        parts = self._parts()
        wanted = names if ledger is None else [ledger]
        return [_shown(actor, _view(row, parts.get(row["id"], ()))) for row in rows if row["ledger"] in wanted]

    def delivery(self, actor: Actor, delivery: int) -> DeliveryView:
        """One delivery; RefusedError where the actor knows of none with that id."""
        for view in self.history(actor):
            if view.id == delivery:
                return view
        raise RefusedError("delivery_unknown", delivery=delivery)

    def _parts(self) -> dict[int, list[PartReport]]:
        found: dict[int, list[PartReport]] = {}
        for row in self._warehouse.run_sql("SELECT * FROM parts ORDER BY delivery, part").to_pylist():
            found.setdefault(row["delivery"], []).append(
                PartReport(
                    file=row["file"],
                    sha256=row["sha256"],
                    sheet=row["sheet"],
                    connector=row["connector"],
                    table=row["table"],
                    header_row=row["header_row"],
                    mapping=json.loads(row["mapping"]),
                    rows_read=row["rows_read"],
                    rows_loaded=row["rows_loaded"],
                    rows_rejected=row["rows_rejected"],
                    rows_skipped=row["rows_skipped"],
                    status=row["status"],
                    issues=tuple(Issue(**issue) for issue in json.loads(row["issues"])),
                )
            )
        return found

    # ---------------------------------------------------------------- decisions

    def undo(self, actor: Actor, delivery: int, reason: str = "") -> DeliveryView:
        """End its activity. NotAllowedError for another's delivery where the actor sees some rows only, for one with a
        table they may not deliver, and where that reaches beyond what they see by now."""
        self._must_handle(actor, delivery)
        self._warehouse.undo(delivery, actor.name, reason, actor.scope)
        return self.delivery(actor, delivery)

    def decide(self, actor: Actor, delivery: int, accept: bool, reason: str, apart: bool = False) -> DeliveryView:
        """Release or drop a held delivery. UsageError without a reason, NotAllowedError as for `undo`, and where it is
        to be released and reaches beyond what the actor may see."""
        if not reason.strip():
            raise UsageError("reason_missing")
        self._must_handle(actor, delivery)
        self._warehouse.decide(delivery, accept, apart, actor.name, reason.strip(), actor.scope)
        return self.delivery(actor, delivery)

    def _must_handle(self, actor: Actor, delivery: int) -> None:
        """What is another's touches rows that somebody limited to some rows does not see; and whoever takes rows of a
        table away, or lets them in, may bring such rows."""
        view = self.delivery(actor, delivery)
        if not view.detailed:
            raise NotAllowedError("delivery_not_own", delivery=delivery)
        for name in view.tables:
            if not actor.may("deliver", name):
                raise NotAllowedError("delivery_tables_not_allowed", delivery=delivery, action="deliver", resource=name)

    def rejects(self, actor: Actor, delivery: int, out: Path, language: Language) -> int:
        """Write the delivery's open rejects to an xlsx; the number of rows. RefusedError where there are none."""
        view = self.delivery(actor, delivery)
        if view.actor != actor.name and (actor.scope.rows_limited or actor.scope.columns_limited):
            raise NotAllowedError("delivery_not_own", delivery=delivery)
        rows = self._warehouse.run_sql(
            "SELECT r.part, r.row, r.cells, r.reasons, p.headers, p.file, p.sheet FROM rejects r JOIN parts p"
            " ON p.delivery = r.delivery AND p.part = r.part WHERE r.delivery = $1 AND r.closed_by IS NULL"
            " ORDER BY r.part, r.row",
            [delivery],
        ).to_pylist()
        if not rows:
            raise RefusedError("no_rejects", delivery=delivery)
        try:
            write_rejects(rows, delivery, out, language)
        except OSError as error:
            raise UsageError("file_not_writable", file=str(out), reason=error.strerror or "") from error
        return len(rows)


def _in_detail(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the actor may know more of a delivery than that there is one: by its ledger and by who made it."""
    if row["ledger"] not in actor.scope.allowed.get("ledger", {row["ledger"]}):
        return False
    return row["actor"] == actor.name or not actor.scope.rows_limited


def _shown(actor: Actor, view: DeliveryView) -> DeliveryView:
    """The delivery as far as the actor may know it."""
    if view.actor == actor.name:
        return view
    if actor.scope.rows_limited:
        return replace(view, parts=(), open_rejects=0, detailed=False, actor=None, reason=None, decided_by=None)
    if actor.scope.columns_limited:
        return replace(view, parts=tuple(replace(part, issues=()) for part in view.parts))
    return view


def _count(progress: Counted, step: Progress) -> None:
    """Rows read so far; how many there will be is not known before the last file is read."""
    progress(step.rows, step.rows if step.stage == "done" and step.files_done + 1 == step.files else 0)


def _report(outcome: Outcome, seconds: float) -> LoadReport:
    parts = tuple(
        PartReport(
            file=part.staged.file,
            sha256=part.staged.sha256,
            sheet=part.staged.sheet,
            connector=part.staged.connector,
            table=part.staged.table,
            header_row=part.staged.header_row,
            mapping=part.staged.mapping,
            rows_read=part.staged.rows_read,
            rows_loaded=part.rows_loaded,
            rows_rejected=part.staged.rows_rejected,
            rows_skipped=part.rows_skipped,
            status=part.status,
            issues=tuple(part.issues),
        )
        for part in outcome.parts
    )
    return LoadReport(outcome.delivery_id, outcome.status, outcome.version, parts, seconds)


def _local(instant: datetime | None, zone: str) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC, microsecond=0).astimezone(ZoneInfo(zone))


def _state(row: Mapping[str, Any]) -> str:
    if row["active_to"] is not None:
        return "undone"
    if row["active_from"] is not None:
        return "active"
    if row["decision"] == "discarded":
        return "discarded"
    return str(row["status"]) if row["status"] in ("held", "blocked") else "empty"


def _view(row: Mapping[str, Any], parts: Sequence[PartReport]) -> DeliveryView:
    zone = row["timezone"]
    arrived = _local(row["arrived_at"], zone)
    assert arrived is not None
    return DeliveryView(
        id=row["id"],
        ledger=row["ledger"],
        kind=row["kind"],
        status=row["status"],
        state=_state(row),
        arrived_at=arrived,
        export_at=_local(row["export_at"], zone),
        actor=row["actor"],
        completes=row["completes"],
        decision=row["decision"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=_local(row["decided_at"], zone),
        active_from=row["active_from"],
        active_to=row["active_to"],
        parts=tuple(parts),
        open_rejects=row["open_rejects"],
    )
