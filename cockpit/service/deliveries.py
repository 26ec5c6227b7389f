"""Deliveries as people handle them: load, look back, decide, undo, take rejects out and bring them back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.intake import sandbox
from cockpit.intake.load import ConnectorRef, LoadOptions, Progress, UploadedFile, stage
from cockpit.intake.rejects import write_rejects
from cockpit.issues import Issue
from cockpit.locale import Language
from cockpit.service.reports import DeliveryView, LoadReport, PartReport
from cockpit.service.requests import Actor, LoadRequest
from cockpit.service.spool import room
from cockpit.service.uploads import keep
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
        """Make one delivery of the files. SystemFailure when disk or engine fail: nothing changed."""
        began = time.monotonic()
        sandbox.shared().prepare()
        ledger = self._ledger(actor, request.ledger or "default")
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
                recall=self._recall,
                spool=folder,
            )
            for part in parts:
                if part.table == "patches":
                    # A correction that would be kept and change nothing is worse than one that is refused.
                    part.status, part.staged = "blocked", None
                    part.issues.append(Issue("corrections_not_taken", "error"))
            with self._warehouse.exclusive():  # what arrives is delivered in the order in which it arrived
                completes = self._completes(parts, ledger.name)
                draft = Draft(
                    ledger=ledger.name,
                    kind="completion" if completes is not None else kind,
                    actor=actor.name,
                    arrived_at=self._warehouse.now(),
                    export_at=export_at,
                    completes=completes,
                    dry_run=request.dry_run,
                    force=request.force,
                )
                outcome = session.deliver(draft, parts)
        return _report(outcome, time.monotonic() - began)

    def _uploaded(self, path: Path, dry_run: bool) -> UploadedFile:
        if not path.is_file():
            raise UsageError("file_not_found", file=str(path))
        return UploadedFile(path.name, path if dry_run else keep(self._home, path))

    def _ledger(self, actor: Actor, name: str) -> Ledger:
        """The ledger that is delivered to; made with the default zone on its first delivery."""
        allowed = actor.scope.allowed.get("ledger")
        if allowed is not None and name not in allowed:
            raise NotAllowedError("ledger_not_allowed", ledger=name)
        if (known := self._known(name)) is not None:
            return known
        with self._warehouse.exclusive():
            if (known := self._known(name)) is None:
                known = Ledger(name, self._timezone, 1, None, None, False)
                self._warehouse.set_ledger(known)
            return known

    def _known(self, name: str) -> Ledger | None:
        return next((ledger for ledger in self._warehouse.ledgers() if ledger.name == name), None)

    def _utc(self, instant: datetime | None, zone: str) -> datetime | None:
        """An instant as UTC without offset; one without offset is the ledger's wall time."""
        if instant is None:
            return None
        placed = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))
        return placed.astimezone(UTC).replace(tzinfo=None)

    def _completes(self, parts: Sequence[StagedPart], ledger: str) -> int | None:
        """The delivery whose rejects come back; RefusedError where they belong to none, or to several."""
        named = {part.completes for part in parts if part.completes is not None}
        if not named:
            return None
        if len(named) > 1 or any(part.completes is None for part in parts if part.status != "ignored"):
            raise RefusedError("rejects_of_one_delivery_only")
        base = named.pop()
        rows = self._warehouse.records(
            "SELECT ledger, active_from IS NOT NULL AND active_to IS NULL AS active FROM deliveries WHERE id = $1",
            [base],
        )
        if not rows or rows[0]["ledger"] != ledger:
            raise RefusedError("rejects_of_unknown_delivery", delivery=base)
        if not rows[0]["active"]:
            raise RefusedError("rejects_of_inactive_delivery", delivery=base)
        return base

    def _recall(self, delivery: int, part: int) -> tuple[str, Mapping[str, str]] | None:
        """Table and mapping of a part, so that its rejects are read the way the part was."""
        rows = self._warehouse.run_sql(
            'SELECT "table", mapping FROM parts WHERE delivery = $1 AND part = $2 AND "table" IS NOT NULL',
            [delivery, part],
        ).to_pylist()
        return (rows[0]["table"], json.loads(rows[0]["mapping"])) if rows else None

    # ---------------------------------------------------------------- looking back

    def history(self, actor: Actor, ledger: str | None = None) -> list[DeliveryView]:
        """All deliveries the actor may know of, newest first. UsageError where there is no ledger of that name."""
        names = [one.name for one in self._warehouse.ledgers()]
        if ledger is not None and ledger not in names:
            raise UsageError("ledger_unknown", ledger=ledger, choices=", ".join(names) or "—")
        allowed = actor.scope.allowed.get("ledger")
        rows = self._warehouse.run_sql(f"{HISTORY} ORDER BY d.id DESC").to_pylist()
        parts = self._parts()
        return [
            _view(row, parts.get(row["id"], ()))
            for row in rows
            if (ledger is None or row["ledger"] == ledger) and (allowed is None or row["ledger"] in allowed)
        ]

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
        self.delivery(actor, delivery)
        self._warehouse.undo(delivery, actor.name, reason)
        return self.delivery(actor, delivery)

    def decide(self, actor: Actor, delivery: int, accept: bool, reason: str, apart: bool = False) -> DeliveryView:
        """Release or drop a held delivery. UsageError without a reason."""
        if not reason.strip():
            raise UsageError("reason_missing")
        self.delivery(actor, delivery)
        self._warehouse.decide(delivery, accept, apart, actor.name, reason.strip())
        return self.delivery(actor, delivery)

    def rejects(self, actor: Actor, delivery: int, out: Path, language: Language) -> int:
        """Write the delivery's open rejects to an xlsx; the number of rows. RefusedError where there are none."""
        self.delivery(actor, delivery)
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
