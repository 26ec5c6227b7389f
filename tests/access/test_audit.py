"""The audit trail tells every edit, gap and cut, and where; whoever reads it sees what was written (B13)."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.access.audit import HEAD_FILE, AuditReport, AuditTrail
from cockpit.errors import RefusedError
from cockpit.records import Records
from cockpit.records.tables import AuditEntry, Fact

SECRET = "q7-ZpL0vXw2-Ty9RbE4mKc8-Hs6NdUg3jA"
ENTRIES = 6
COLUMNS = ("seq", "at", "actor", "action", "resource", "detail", "previous_hash", "hash")
TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=70)


@dataclass
class Kept:
    """A trail of some entries with everything needed to spoil it and to put it right again."""

    folder: Path
    records: Records
    trail: AuditTrail

    def __post_init__(self) -> None:
        self.rows = self.run("SELECT * FROM audit_log ORDER BY seq")
        self.head = self.run("SELECT value FROM facts WHERE name = 'audit_head'")[0][0]
        self.file = (self.folder / HEAD_FILE).read_bytes()

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "records.db")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def mend(self) -> None:
        self.run("DELETE FROM audit_log")
        for row in self.rows:
            self.run(f"INSERT INTO audit_log VALUES ({', '.join('?' * len(COLUMNS))})", *row)
        self.run("INSERT OR REPLACE INTO facts VALUES ('audit_head', ?)", self.head)
        (self.folder / HEAD_FILE).write_bytes(self.file)

    def found(self) -> tuple[str | None, int | None]:
        report = self.trail.verify()
        return report.why, report.broken


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("trail")
    records = Records(f"sqlite:///{folder / 'records.db'}")
    trail = AuditTrail(records, folder, SECRET, lambda: datetime(2026, 11, 22, 1, 0))
    for number in range(ENTRIES):
        trail.note(f"某人{number}", "delivered", f"purchase_orders:{number}", {"rows": number, "file": "采购.xlsx"})
    yield Kept(folder, records, trail)
    records.close()


@pytest.fixture(autouse=True)
def mended(kept: Kept) -> None:
    kept.mend()
    assert kept.trail.verify() == AuditReport(ENTRIES)


@given(number=st.integers(1, ENTRIES), column=st.sampled_from(COLUMNS[1:]), text=TEXTS)
def test_every_edit_of_a_field_is_found_where_it_is(kept: Kept, number: int, column: str, text: str) -> None:
    kept.mend()
    before = kept.rows[number - 1][COLUMNS.index(column)]
    kept.run(f"UPDATE audit_log SET {column} = ? WHERE seq = ?", text, number)
    assert kept.found() == ((None, None) if text == before else ("edited", number))


@given(number=st.integers(1, ENTRIES), place=st.integers(0, 30), flip=st.integers(1, 127))
def test_one_changed_character_is_enough(kept: Kept, number: int, place: int, flip: int) -> None:
    kept.mend()
    detail = kept.rows[number - 1][COLUMNS.index("detail")]
    changed = detail[: place % len(detail)] + chr(flip) + detail[place % len(detail) + 1 :]
    kept.run("UPDATE audit_log SET detail = ? WHERE seq = ?", changed, number)
    assert kept.found() == ((None, None) if changed == detail else ("edited", number))


@pytest.mark.parametrize("number", range(1, ENTRIES + 1))
def test_a_row_that_is_gone_or_numbered_otherwise(kept: Kept, number: int) -> None:
    kept.run("DELETE FROM audit_log WHERE seq = ?", number)
    assert kept.found() == (("gap", number) if number < ENTRIES else ("cut", number))
    kept.mend()
    kept.run("UPDATE audit_log SET seq = ? WHERE seq = ?", ENTRIES + 5, number)
    assert kept.found() == ("gap", number)


@pytest.mark.parametrize("first", range(1, ENTRIES + 1))
def test_a_cut_end(kept: Kept, first: int) -> None:
    kept.run("DELETE FROM audit_log WHERE seq >= ?", first)
    assert kept.found() == ("cut", first)
    kept.run("DELETE FROM facts WHERE name = 'audit_head'")
    assert kept.found()[0] == ("head" if first > 1 else "cut")


def test_a_cut_end_with_the_older_place_put_back(kept: Kept) -> None:
    """Whoever has the database alone can put back an older copy of it; the file beside the warehouse knows better."""
    kept.trail.note("late", "undone", "12")
    newest = (kept.folder / HEAD_FILE).read_bytes()
    kept.mend()
    (kept.folder / HEAD_FILE).write_bytes(newest)
    assert kept.found() == ("cut", ENTRIES + 1)


def test_an_entry_nobody_sealed(kept: Kept) -> None:
    copy = (ENTRIES + 1, *kept.rows[-1][1:6], kept.rows[-1][7], "0" * 64)
    kept.run(f"INSERT INTO audit_log VALUES ({', '.join('?' * len(COLUMNS))})", *copy)
    assert kept.found() == ("edited", ENTRIES + 1)


def test_two_entries_that_changed_places(kept: Kept) -> None:
    two, three = kept.rows[1], kept.rows[2]
    kept.run("DELETE FROM audit_log WHERE seq IN (2, 3)")
    for seq, row in ((2, three), (3, two)):
        kept.run(f"INSERT INTO audit_log VALUES ({', '.join('?' * len(COLUMNS))})", seq, *row[1:])
    assert kept.found() == ("edited", 2)


@pytest.mark.parametrize(
    "text", ["", "6", "6:", "x:y:z", "9" * 5000 + ":a:b", "٦:a:b", "0:" + "0" * 64 + ":" + "0" * 64, "章"]
)
def test_a_place_of_the_end_that_was_tampered_with(kept: Kept, text: str) -> None:
    kept.run("UPDATE facts SET value = ? WHERE name = 'audit_head'", text)
    assert kept.found() == ("head", ENTRIES)
    kept.mend()
    (kept.folder / HEAD_FILE).write_bytes(text.encode())
    assert kept.found() == ("head", ENTRIES)


def test_a_place_of_the_end_that_is_missing(kept: Kept) -> None:
    kept.run("DELETE FROM facts WHERE name = 'audit_head'")
    assert kept.found() == ("head", ENTRIES)
    kept.mend()
    (kept.folder / HEAD_FILE).unlink()
    assert kept.found() == ("head", ENTRIES)
    kept.mend()
    (kept.folder / HEAD_FILE).write_bytes(b"\xff\xfe\x00")
    assert kept.found() == ("head", ENTRIES)


def test_another_key_seals_otherwise(kept: Kept) -> None:
    other = AuditTrail(kept.records, kept.folder, SECRET[::-1], datetime.now)
    assert (other.verify().why, other.verify().broken) == ("edited", 1)


def test_the_file_may_lag_behind_by_what_a_crash_cut_short(kept: Kept) -> None:
    behind = kept.file
    kept.trail.note("late", "undone", "12")
    (kept.folder / HEAD_FILE).write_bytes(behind)
    assert kept.found() == (None, None)


def test_a_change_and_its_entry_stand_or_fall_together(kept: Kept) -> None:
    with pytest.raises(RefusedError), kept.trail.writing() as (session, note):
        session.add(Fact(name="half", value="done"))
        note("somebody", "person_added")
        raise RefusedError("person_gone")
    assert kept.trail.verify() == AuditReport(ENTRIES)
    assert kept.run("SELECT * FROM facts WHERE name = 'half'") == []
    with kept.trail.writing() as (session, note):
        session.add(Fact(name="whole", value="done"))
        note("somebody", "person_added", "person:a")
        note("somebody", "person_changed", "person:a")
    assert kept.trail.verify() == AuditReport(ENTRIES + 2)


class Interrupted(AuditTrail):
    """Something is written while the trail is being read."""

    writes = False

    def _seal(self, entry: AuditEntry) -> str:
        if self.writes:
            self.writes = False
            meanwhile = threading.Thread(target=self.note, args=("late", "undone"))
            meanwhile.start()
            meanwhile.join(20)
            assert not meanwhile.is_alive()
        return super()._seal(entry)


def test_whoever_writes_does_not_wait_for_a_reader_who_sees_one_moment(kept: Kept) -> None:
    trail = Interrupted(kept.records, kept.folder, SECRET, lambda: datetime(2026, 11, 22, 1, 0))
    trail.writes = True
    assert trail.verify() == AuditReport(ENTRIES)
    assert not trail.writes and trail.verify() == AuditReport(ENTRIES + 1)


def test_threads_that_write_at_once(kept: Kept) -> None:
    threads = [
        threading.Thread(target=lambda name=name: [kept.trail.note(name, "sign_in") for _ in range(5)])
        for name in ("a", "b", "c")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert kept.trail.verify() == AuditReport(ENTRIES + 15)


@given(text=st.text(max_size=500))
def test_whatever_is_typed_can_be_kept_and_read(kept: Kept, text: str) -> None:
    """Zeros and halves of characters are what attackers type for a name."""
    kept.mend()
    kept.trail.note(text, "sign_in_failed", text, {"typed": text})
    assert kept.trail.verify() == AuditReport(ENTRIES + 1)
    newest = kept.trail.search(limit=1)[0]
    assert len(newest.actor) <= 100 and len(newest.resource) <= 400
    assert set(json.loads(newest.detail)) == {"typed"}
    kept.trail.search(text=text, actor=text)


def test_halves_of_characters_and_zeros(kept: Kept) -> None:
    kept.trail.note("a\udcffb\0", "sign_in_failed", "\ud800", {"typed": "\udfff\0"})
    assert kept.trail.verify() == AuditReport(ENTRIES + 1)
    assert [entry.seq for entry in kept.trail.search(text="a\udcffb\0")] == [ENTRIES + 1]


def test_searching(kept: Kept) -> None:
    kept.trail.note("100%_a", "denied", "page:revenue", {"reason": "角色"})

    def numbers(**wanted: Any) -> list[int]:
        return [entry.seq for entry in kept.trail.search(**wanted)]

    assert numbers(limit=2) == [7, 6]
    assert numbers(text="采购.xlsx", limit=3) == [6, 5, 4]
    assert numbers(text="PURCHASE_ORDERS:0") == [1]
    assert numbers(text="%_A") == [7] and numbers(text="_") != [] and numbers(text="0%") == [7]
    assert numbers(actor="某人2") == [3] and numbers(action="denied") == [7]
    assert numbers(since="2026-11-22T01:00:00.000000+00:00") == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(until="2026-11-22T01:00:00.000000+00:00") == []
