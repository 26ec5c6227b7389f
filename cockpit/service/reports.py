"""What the door says about deliveries, definitions and its own health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cockpit.errors import EXIT_DONE, EXIT_NOT_HELD
from cockpit.issues import Issue
from cockpit.locale import Language, catalogue, t
from cockpit.service.thresholds import LimitView

if TYPE_CHECKING:
    from cockpit.metrics.types import Direction, Importance


def message(issue: Issue, language: Language) -> str:
    """A finding as a sentence: what, where, and how to mend it."""
    facts = {"row": issue.row, "column": issue.column, "value": issue.value, "count": issue.count}
    said = {name: "—" if value is None else value for name, value in facts.items()}
    told = {**said, **issue.params}
    labels = {f"{name}_label": _label(room, told[name], language) for name, room in _LABELLED if name in told}
    return t(f"issue.{issue.code}", language, **told, **labels)


def issue_json(issue: Issue, language: Language) -> dict[str, Any]:
    """A finding with its sentence, for programs."""
    return {
        "code": issue.code,
        "severity": issue.severity,
        "row": issue.row,
        "column": issue.column,
        "value": issue.value,
        "count": issue.count,
        "message": message(issue, language),
    }


_LABELLED = (("column", "column"), ("field", "column"), ("table", "table"), ("master", "table"))


def _label(room: str, name: object, language: Language) -> object:
    """What people call a canonical field or table; a header stays as it is."""
    return catalogue(language).get(f"{room}.{name}", name)


@dataclass(frozen=True)
class PartReport:
    """One sheet or file of a delivery and what became of it. `table` is None where none was recognised."""

    file: str
    sha256: str
    sheet: str | None
    connector: str
    table: str | None
    header_row: int | None
    mapping: Mapping[str, str]
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_skipped: int
    status: str
    issues: tuple[Issue, ...]

    def json(self, language: Language) -> dict[str, Any]:
        return {
            "file": self.file,
            "sha256": self.sha256,
            "sheet": self.sheet,
            "connector": self.connector,
            "table": self.table,
            "header_row": self.header_row,
            "mapping": dict(self.mapping),
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "rows_skipped": self.rows_skipped,
            "status": self.status,
            "issues": [issue_json(issue, language) for issue in self.issues],
        }


@dataclass(frozen=True)
class LoadReport:
    """What one load brought. `delivery_id` is None for a dry run."""

    delivery_id: int | None
    status: str
    version: int
    parts: tuple[PartReport, ...]
    seconds: float

    @property
    def exit_status(self) -> int:
        return EXIT_NOT_HELD if self.status in ("held", "blocked") else EXIT_DONE

    def json(self, language: Language) -> dict[str, Any]:
        """The document of ``load --json``."""
        return {
            "delivery_id": self.delivery_id,
            "status": self.status,
            "version": self.version,
            "parts": [part.json(language) for part in self.parts],
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class DeliveryView:
    """One delivery in the history.

    `state` is ``active``, ``held``, ``blocked``, ``discarded``, ``undone`` or ``empty``. Without `detailed` the actor
    may know no more than that there is one: nothing of its files, rows and people is told.

    Instants carry the ledger's offset.
    """

    id: int
    ledger: str
    kind: str
    status: str
    state: str
    arrived_at: datetime
    export_at: datetime | None
    actor: str | None
    completes: int | None
    decision: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    active_from: int | None
    active_to: int | None
    parts: tuple[PartReport, ...]
    open_rejects: int
    detailed: bool = True

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.table for part in self.parts if part.table))

    def json(self, language: Language) -> dict[str, Any]:
        return {
            "delivery_id": self.id,
            "ledger": self.ledger,
            "kind": self.kind,
            "status": self.status,
            "state": self.state,
            "arrived_at": self.arrived_at.isoformat(),
            "export_at": self.export_at.isoformat() if self.export_at else None,
            "actor": self.actor,
            "completes": self.completes,
            "decision": self.decision,
            "reason": self.reason,
            "decided_by": self.decided_by,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "active_from_version": self.active_from,
            "active_to_version": self.active_to,
            "tables": list(self.tables),
            "open_rejects": self.open_rejects,
            "detailed": self.detailed,
            "parts": [part.json(language) for part in self.parts],
        }


@dataclass(frozen=True)
class MetricEntry:
    """A metric's block as the dictionary shows it, texts in the asked language. Thresholds are in the metric's unit.

    `needs` are the groups of columns without which there is no figure; `proofs` are the tests that prove it, by kind.
    `limits_since` is the day from which limits hold that a person set; `changes` are all such, newest first.
    """

    name: str
    label: str
    sentence: str
    formula: str
    caveat: str
    example: str
    unit: str
    direction: Direction
    importance: Importance
    process: str
    owner: str
    sources: tuple[str, ...]
    dimensions: tuple[str, ...]
    params: Mapping[str, tuple[str, tuple[str, ...]]]  # name → (default, choices)
    target: float | None
    warning: float | None
    critical: float | None
    band: tuple[float, float] | None
    relative_band: float | None
    natural: bool
    needs: tuple[str, ...]
    proofs: Mapping[str, str]
    version: int
    limits_since: date | None = None
    changes: tuple[LimitView, ...] = ()

    def json(self) -> dict[str, Any]:
        return {
            "metric": self.name,
            "label": self.label,
            "sentence": self.sentence,
            "formula": self.formula,
            "caveat": self.caveat,
            "example": self.example,
            "unit": self.unit,
            "direction": self.direction,
            "level": self.importance,
            "process": self.process,
            "owner": self.owner,
            "sources": list(self.sources),
            "dimensions": list(self.dimensions),
            "params": {name: {"default": d, "choices": list(c)} for name, (d, c) in self.params.items()},
            "thresholds": {
                "target": self.target,
                "warning": self.warning,
                "critical": self.critical,
                "band": list(self.band) if self.band else None,
                "relative_band": self.relative_band,
                "natural": self.natural,
                "since": self.limits_since.isoformat() if self.limits_since else None,
            },
            "threshold_history": [change.json() for change in self.changes],
            "needs": list(self.needs),
            "validated_by": dict(self.proofs),
            "definition_version": self.version,
        }


@dataclass(frozen=True)
class Check:
    """One check of the doctor: `ok`, what was looked at, and details for a person."""

    name: str
    ok: bool
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DoctorReport:
    """All checks; the whole is well when each is."""

    checks: tuple[Check, ...]

    @property
    def exit_status(self) -> int:
        return EXIT_DONE if all(check.ok for check in self.checks) else EXIT_NOT_HELD

    def json(self, language: Language) -> dict[str, Any]:
        return {
            "ok": self.exit_status == EXIT_DONE,
            "checks": [
                {
                    "check": check.name,
                    "ok": check.ok,
                    **dict(check.params),
                    "message": t(f"doctor.{check.name}.{'ok' if check.ok else 'failed'}", language, **check.params),
                }
                for check in self.checks
            ],
        }
