"""When a figure warns: limits that people set, from a day on and with a reason, and the history of their changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from cockpit.access.audit import AuditTrail
from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.locale import Language, t
from cockpit.records import Records, limits
from cockpit.records.tables import LimitChange
from cockpit.service.requests import Actor

if TYPE_CHECKING:
    from cockpit.metrics.types import Metric, Thresholds

EVERYWHERE = ""  # the ledger of limits that hold in all that have none of their own
EDGES, BAND = ("warning", "critical"), ("low", "high")
BELIEVED = 5.0  # seconds after which another process's changes are looked for
LONGEST_REASON, MOST_DIGITS = 400, 18


@dataclass(frozen=True)
class LimitDraft:
    """Limits as somebody types them, in the unit people read (shares in percent), from `valid_from` on.

    `values` are ``warning`` and ``critical``, or ``low`` and ``high`` of a band; empty ones say nothing. Without any
    the metric goes back to what the dictionary says. `ledger` empty: all ledgers without limits of their own.
    """

    metric: str
    ledger: str
    valid_from: date
    values: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class LimitView:
    """A change as people read it; limits are decimals in the metric's unit."""

    id: int
    metric: str
    ledger: str
    valid_from: date
    limits: Mapping[str, Decimal]
    before: Mapping[str, Decimal]
    reason: str
    changed_by: str
    changed_at: datetime

    def json(self) -> dict[str, object]:
        return {
            "ledger": self.ledger or None,
            "valid_from": self.valid_from.isoformat(),
            "limits": {name: float(value) for name, value in self.limits.items()} or None,
            "before": {name: float(value) for name, value in self.before.items()} or None,
            "reason": self.reason,
            "changed_by": self.changed_by,
            "changed_at": self.changed_at.isoformat(),
        }


class ThresholdDesk:
    """Knows the limits that hold on a day. `sample` names the ledger of the sample company; `clock` gives UTC without
    offset."""

    def __init__(
        self, records: Records, audit: AuditTrail, clock: Callable[[], datetime], sample: str | None = None
    ) -> None:
        self._records = records
        self._audit = audit
        self._clock = clock
        self._sample = sample
        self._lock = threading.Lock()
        self._kept: tuple[int, float, tuple[LimitView, ...]] | None = None

    def changes(self) -> tuple[LimitView, ...]:
        """All changes, in the order they were made."""
        with self._lock:
            kept, written = self._kept, self._records.changes
            if kept is not None and kept[0] == written and time.monotonic() - kept[1] < BELIEVED:
                return kept[2]
            with self._records.reading() as session:
                found = tuple(_view(one) for one in limits.changes(session))
            self._kept = (written, time.monotonic(), found)
            return found

    def edition(self) -> int:
        """A number that is another one after every change; part of the key of whatever limits were applied to."""
        return max((one.id for one in self.changes()), default=0)

    def history(self, metric: str) -> tuple[LimitView, ...]:
        """The changes of one metric, newest first."""
        return tuple(one for one in reversed(self.changes()) if one.metric == metric)

    def in_force(self, metric: str, ledgers: Sequence[str], day: date) -> LimitView | None:
        """The change whose limits hold on `day`: the ledger's own before those of all; None where the dictionary's do.

        Where several ledgers are looked at together only those of all hold.
        """
        mine = [one for one in self.changes() if one.metric == metric and one.valid_from <= day]
        own = [ledgers[0]] if len(ledgers) == 1 else []
        for ledger in (*own, EVERYWHERE):
            found = [one for one in mine if one.ledger == ledger]
            if found and (newest := max(found, key=lambda one: (one.valid_from, one.id))).limits:
                return newest
        return None

    def held(self, metric: Metric, ledgers: Sequence[str], day: date) -> Metric:
        """The metric with the thresholds that hold on `day`."""
        change = self.in_force(metric.name, ledgers, day)
        return metric if change is None else replace(metric, thresholds=thresholds_of(metric, change.limits))

    def ever(self, metric: str) -> bool:
        """Whether anybody ever set limits of the metric."""
        return any(one.metric == metric and one.limits for one in self.changes())

    # ---------------------------------------------------------------- change

    def set(self, actor: Actor, metric: Metric, draft: LimitDraft, language: Language) -> LimitView:
        """Limits become those of the draft from its day on; both the change and its entry in the trail are written, or
        neither. UsageError says what is wrong with the draft, RefusedError that nothing would change."""
        self._may(actor, metric, draft.ledger)
        wanted = read(metric, draft.values)
        reason = " ".join(draft.reason.split())
        if not reason:
            raise UsageError("limit_reason_missing")
        if len(reason) > LONGEST_REASON:
            raise UsageError("limit_reason_too_long", longest=LONGEST_REASON)
        with self._audit.writing() as (session, note):
            rows = [_view(one) for one in limits.changes(session)]
            mine = [one for one in rows if (one.metric, one.ledger) == (draft.metric, draft.ledger)]
            held = [one for one in mine if one.valid_from <= draft.valid_from]
            before = max(held, key=lambda one: (one.valid_from, one.id)).limits if held else {}
            if dict(before) == wanted:
                label = t(f"metric.{metric.name}.label", language)
                raise RefusedError("limits_are_so", metric=label, day=draft.valid_from.isoformat())
            made = limits.add(
                session,
                LimitChange(
                    metric=draft.metric,
                    ledger=draft.ledger,
                    valid_from=draft.valid_from,
                    limits=_texts(wanted),
                    before=_texts(before or _fixed(metric)),
                    reason=reason,
                    changed_by=actor.name,
                    changed_at=self._clock().replace(tzinfo=UTC),
                ),
            )
            detail = {
                "ledger": draft.ledger or None,
                "from": draft.valid_from.isoformat(),
                "before": made.before,
                "after": made.limits,
                "reason": reason,
            }
            note(
                actor.name,
                "limits_changed",
                f"metric:{draft.metric}",
                {k: v for k, v in detail.items() if v is not None},
            )
            view = _view(made)
        with self._lock:
            self._kept = None
        return view

    def _may(self, actor: Actor, metric: Metric, ledger: str) -> None:
        actor.must("threshold")
        actor.must("metric", metric.name)
        seen = actor.scope.allowed.get("ledger")
        if seen is not None and (not ledger or ledger not in seen):
            raise NotAllowedError("limits_of_other_ledgers")
        if actor.demo and ledger != self._sample:
            raise NotAllowedError("demo_sets_no_limits")
        if metric.direction == "none":
            raise UsageError("limits_without_direction", metric=metric.name)


def edges(metric: Metric) -> tuple[str, str]:
    """The names of the two limits the metric takes."""
    return BAND if metric.direction == "band" else EDGES


def read(metric: Metric, values: Mapping[str, str]) -> dict[str, Decimal]:
    """What was typed as limits in the metric's unit; empty where nothing was. UsageError `limit_not_a_number`,
    `limits_incomplete`, `limits_not_ordered`, `limit_beyond_target`."""
    first, second = edges(metric)
    found = {name: value for name in (first, second) if (value := _number(metric, values.get(name, ""))) is not None}
    if not found:
        return {}
    if first not in found or (metric.direction == "band" and second not in found):
        raise UsageError("limits_incomplete" if metric.direction != "band" else "band_incomplete")
    up = metric.direction == "up"
    if metric.direction == "band" and found[first] >= found[second]:
        raise UsageError("band_not_ordered")
    if second in found and (found[second] > found[first] if up else found[second] < found[first]):
        raise UsageError("limits_not_ordered_up" if up else "limits_not_ordered")
    target = metric.thresholds.target
    if metric.direction != "band" and target is not None and (found[first] > target if up else found[first] < target):
        raise UsageError("limit_beyond_target_up" if up else "limit_beyond_target", target=_shown(metric, target))
    return found


def _number(metric: Metric, text: str) -> Decimal | None:
    typed = (
        text.strip().replace(",", "").replace("，", "").replace("−", "-").removesuffix("%").removesuffix("％").strip()
    )
    if not typed:
        return None
    try:
        value = Decimal(typed)
    except InvalidOperation:
        raise UsageError("limit_not_a_number", value=text.strip()) from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** MOST_DIGITS or len(typed) > 2 * MOST_DIGITS:
        raise UsageError("limit_not_a_number", value=text.strip())
    return value / 100 if metric.unit == "share" else value


def _shown(metric: Metric, value: Decimal) -> str:
    """A limit as it is typed."""
    return f"{value * 100:f}".rstrip("0").rstrip(".") + "%" if metric.unit == "share" else f"{value.normalize():f}"


def thresholds_of(metric: Metric, chosen: Mapping[str, Decimal]) -> Thresholds:
    """The metric's thresholds with these limits instead of its own, or of those of its own course."""
    from cockpit.metrics.types import Thresholds

    if metric.direction == "band":
        return Thresholds(target=metric.thresholds.target, band=(chosen["low"], chosen["high"]), chosen=True)
    return Thresholds(
        target=metric.thresholds.target, warning=chosen["warning"], critical=chosen.get("critical"), chosen=True
    )


def _fixed(metric: Metric) -> dict[str, Decimal]:
    """The fixed limits the dictionary gives; none where the metric is measured against its own course."""
    own = metric.thresholds
    if own.band is not None:
        return dict(zip(BAND, own.band, strict=True))
    return {name: value for name, value in (("warning", own.warning), ("critical", own.critical)) if value is not None}


def _texts(values: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{value:f}" for name, value in values.items()}


def _view(row: LimitChange) -> LimitView:
    told, before = ({name: Decimal(text) for name, text in values.items()} for values in (row.limits, row.before))
    facts = (row.id, row.metric, row.ledger, row.valid_from, told, before, row.reason, row.changed_by, row.changed_at)
    return LimitView(*facts)
