"""What people did, handed to the audit trail: denials, deliveries, decisions, exports, looks at personal data."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cockpit.access.audit import AuditTrail
from cockpit.errors import NotAllowedError, SystemFailure
from cockpit.service.requests import Actor
from cockpit.warehouse.store import Warehouse

LOG = logging.getLogger(__name__)
REMEMBERED = 10_000
LOOKED_ANEW = timedelta(minutes=30)  # after which a look at the same personal data is noted again
DELIVERIES = "SELECT id, ledger, kind, decision, decided_by, actor FROM deliveries WHERE arrived_at >= $1 ORDER BY id"


class Trail:
    """Writes for the service. `clock` gives UTC without offset."""

    def __init__(self, audit: AuditTrail, clock: Callable[[], datetime]) -> None:
        self._audit = audit
        self._clock = clock
        self._denials: OrderedDict[Hashable, datetime] = OrderedDict()
        self._looks: OrderedDict[Hashable, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, actor: Actor, action: str, resource: str, **detail: Any) -> None:
        """Write it down before it is done: SystemFailure where that fails, so that nothing happens unseen."""
        self._audit.note(_who(actor), action, resource, _facts(actor, detail))

    def did(self, actor: Actor, action: str, delivery: int | None, **detail: Any) -> None:
        """Write down what the warehouse has committed; that it could not be written down does not undo it.

        `doctor` finds what is missing and makes up for it.
        """
        if delivery is not None:
            self._afterwards(actor, action, named(delivery), detail)

    def changed(self, actor: Actor, action: str, resource: str, **detail: Any) -> None:
        """The same for a change that is no delivery."""
        self._afterwards(actor, action, resource, detail)

    def denied(self, actor: Actor, error: NotAllowedError) -> None:
        """Write a denial down, once a minute for the same actor and thing; it stays one where that fails."""
        action = str(error.params.get("action", error.code))
        resource = str(error.params.get("resource", ""))
        if self._new(self._denials, (actor.name, actor.behind, action, resource, f"{self._clock():%Y-%m-%d %H:%M}")):
            told = f"{action}:{resource}" if resource else action
            self._afterwards(actor, "denied", told, {"code": error.code})

    def looked(self, actor: Actor, table: str, document: str, columns: Iterable[str]) -> None:
        """Write down that somebody looks at personal data of a document: once per session and half an hour, as a page
        asks with every click."""
        key = (actor.name, actor.behind, actor.session, table, document)
        if self._new(self._looks, key, LOOKED_ANEW):
            try:
                self.note(actor, "personal_viewed", f"{table}:{document}", columns=sorted(columns))
            except SystemFailure:
                with self._lock:
                    self._looks.pop(key, None)
                raise

    def _new(self, known: OrderedDict[Hashable, datetime], key: Hashable, anew: timedelta = timedelta.max) -> bool:
        """Whether it was not written down within `anew`; then it is taken for written down now."""
        now = self._clock()
        with self._lock:
            if key in known and abs(now - known[key]) < anew:  # also where the clock was set back
                return False
            known[key] = now
            known.move_to_end(key)
            while len(known) > REMEMBERED:
                known.popitem(last=False)
            return True

    def _afterwards(self, actor: Actor, action: str, resource: str, detail: Mapping[str, Any]) -> None:
        try:
            self._audit.note(_who(actor), action, resource, _facts(actor, detail))
        except SystemFailure as failure:
            LOG.error("not in the audit trail: %s %s (%s)", action, resource, failure.code)

    # ---------------------------------------------------------------- what is missing

    def make_up(self, warehouse: Warehouse) -> list[int]:
        """Deliveries since the trail's beginning of which it lacks what became of them; they are added now."""
        since, known = self._audit.known(
            ("delivered", "synced", "sample_loaded", "undone", "sample_removed", "decided")
        )
        if since is None:
            return []
        late = []
        for row in warehouse.records(DELIVERIES, [since.replace(tzinfo=None)]):
            for actions, actor in _due(row):
                if not any((action, named(row["id"])) in known for action in actions):
                    detail = {"ledger": row["ledger"], "late": True}
                    self._audit.note(str(actor or "local"), actions[0], named(row["id"]), detail)
                    late.append(int(row["id"]))
        return late


def named(delivery: int) -> str:
    """What the trail calls a delivery."""
    return f"delivery:{delivery}"


def _due(row: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """What the trail must hold of a delivery, each as the words that will do, with who did it: its coming, and how it
    was decided or taken back. The sample is also undone like any delivery, and whatever is in its ledger goes with it.
    """
    sample = row["kind"] == "sample"
    came = "sample_loaded" if sample else "synced" if row["kind"] == "sync" else "delivered"
    undone = ("sample_removed", "undone") if sample else ("undone", "sample_removed")
    ends = {"undone": undone, "accepted": ("decided",), "discarded": ("decided",)}
    ended = ends.get(row["decision"] or "")
    return [((came,), row["actor"]), *([(ended, row["decided_by"])] if ended else [])]


def _who(actor: Actor) -> str:
    """Who did it: whoever looks through another's eyes does it themselves."""
    return actor.behind or actor.name


def _facts(actor: Actor, detail: Mapping[str, Any]) -> dict[str, Any]:
    eyes = {"as": actor.name} if actor.behind is not None else {}
    return {name: value for name, value in {**detail, **eyes}.items() if value is not None}
