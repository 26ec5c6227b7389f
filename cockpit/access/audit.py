"""The audit trail: each entry is sealed with the one before, so that an edit, a gap or a cut end shows where."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.errors import path_failure
from cockpit.records import Records, Session, audit
from cockpit.records.tables import AuditEntry

START = "0" * 64  # what stands before the first entry
HEAD_FILE = "audit.head"
LONGEST_NUMBER = 18  # digits; a place with more is none of ours
_PURPOSE = b"cockpit audit trail"

Note = Callable[..., None]


@dataclass(frozen=True)
class AuditReport:
    """`entries` were read. Where the trail does not hold: `broken` is the entry at which, and `why`:
    ``edited``, ``gap``, ``cut`` (entries after it are gone), ``head`` (what was written down about the end is no
    longer there or not ours).
    """

    entries: int
    broken: int | None = None
    why: str | None = None

    @property
    def holds(self) -> bool:
        return self.why is None


class AuditTrail:
    """Writes and proves the trail. The seal is keyed, so that whoever can write the database still cannot forge it.

    Where the trail ends is written down twice: in the records, and in a file of the cockpit's home, which somebody
    with the database alone does not reach.
    """

    def __init__(self, records: Records, home: Path, secret: str, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._file = home / HEAD_FILE
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
        self._clock = clock
        self._order = threading.Lock()

    def note(self, actor: str, action: str, resource: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Add an entry. `detail` is facts, never secrets. SystemFailure where it cannot be written."""
        with self.writing(quiet=True) as (_, note):
            note(actor, action, resource, detail)

    @contextmanager
    def writing(self, quiet: bool = False) -> Iterator[tuple[Session, Note]]:
        """A transaction of the records with a way to note what it changes: the change and its entries are written
        together, or neither is. The second value takes what `note` takes; `quiet` as `Records.writing` knows it."""
        head = ""
        with self._order:
            with self._records.writing(quiet) as session:

                def add(actor: str, action: str, resource: str = "", detail: Mapping[str, Any] | None = None) -> None:
                    nonlocal head
                    head = self._add(session, actor, action, resource, detail)

                yield session, add
            if head:
                self._keep(head)

    def _add(self, session: Session, actor: str, action: str, resource: str, detail: Mapping[str, Any] | None) -> str:
        """Seal an entry behind the last one; what is then to be written down about the end."""
        before = audit.last(session)
        entry = AuditEntry(
            seq=1 if before is None else before.seq + 1,
            at=self._clock().replace(tzinfo=UTC).isoformat(timespec="microseconds"),
            actor=_storable(actor)[:100],
            action=action,
            resource=_storable(resource)[:400],
            detail=_storable(json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, default=str)),
            previous_hash=START if before is None else before.hash,
        )
        entry.hash = self._seal(entry)
        session.add(entry)
        head = self._head(entry.seq, entry.hash)
        audit.set_head(session, head)
        return head

    def search(self, **wanted: Any) -> Sequence[AuditEntry]:
        """See `cockpit.records.audit.search`."""
        with self._records.reading() as session:
            told: dict[str, Any] = {
                name: _storable(value) if isinstance(value, str) else value for name, value in wanted.items()
            }
            return audit.search(session, **told)

    def known(self, actions: Collection[str]) -> tuple[datetime | None, set[tuple[str, str]]]:
        """Since when the trail tells (None before the first entry), and each (action, resource) of these actions."""
        with self._records.reading() as session:
            began = audit.first_at(session)
            return None if began is None else datetime.fromisoformat(began), audit.told(session, actions)

    def verify(self) -> AuditReport:
        """Reads the whole trail against its seals and against both places where its end is written down.

        It is read as it was at the beginning, while others go on writing.
        """
        with self._records.reading() as session:
            with self._order:  # nobody is between the trail and its file
                kept = self._kept()
                recorded = audit.head(session)
            seals = {seq: "" for place in (kept, recorded) if (seq := _parted(place)[0]) is not None}
            count, previous = 0, START
            for entry in audit.rows(session):
                count += 1
                if entry.seq != count:
                    return AuditReport(count - 1, count, "gap")
                if entry.previous_hash != previous or not _same(entry.hash, self._seal(entry)):
                    return AuditReport(count, entry.seq, "edited")
                previous = entry.hash
                if entry.seq in seals:
                    seals[entry.seq] = entry.hash
            return self._ends(count, seals, recorded, kept)

    def _ends(self, count: int, seals: Mapping[int, str], recorded: str, kept: str) -> AuditReport:
        """The trail reaches as far as was written down; the file may lag behind by what a crash cut short."""
        for place, exact in ((recorded, True), (kept, False)):
            if not place and count == 0:
                continue
            seq, seal = _parted(place)
            if seq is None or not _same(place, self._head(seq, seal)):
                return AuditReport(count, count or None, "head")
            if seq > count:
                return AuditReport(count, count + 1, "cut")
            if seals[seq] != seal or (exact and seq < count):
                return AuditReport(count, seq, "head")
        return AuditReport(count)

    def _kept(self) -> str:
        """What the file says; it may have become anything."""
        try:
            return self._file.read_text("ascii", errors="replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise path_failure(error, self._file) from error

    def _seal(self, entry: AuditEntry) -> str:
        told = [entry.seq, entry.at, entry.actor, entry.action, entry.resource, entry.detail, entry.previous_hash]
        return self._signed(json.dumps(told, ensure_ascii=False))

    def _head(self, seq: int, seal: str) -> str:
        return f"{seq}:{seal}:{self._signed(f'head {seq} {seal}')}"

    def _signed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _keep(self, head: str) -> None:
        """Write the end down beside the warehouse, whole or not at all."""
        try:
            descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=".audit-")
            with os.fdopen(descriptor, "w", encoding="ascii") as handle:
                handle.write(head)
            Path(name).replace(self._file)
        except OSError as error:
            raise path_failure(error, self._file) from error


def _parted(head: str) -> tuple[int | None, str]:
    seq, _, rest = head.partition(":")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) <= LONGEST_NUMBER else None
    return number, rest.partition(":")[0]


def _same(told: str, proper: str) -> bool:
    return hmac.compare_digest(told.encode("utf-8", "replace"), proper.encode())


def _storable(text: str) -> str:
    """Text every database can keep: what people type may hold halves of characters and zeros."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
