"""The records open, upgrade, refuse what they cannot use, and survive a database that is gone for a while."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from cockpit.access.attempts import Attempts
from cockpit.access.audit import AuditTrail
from cockpit.access.steady import Steady
from cockpit.errors import RefusedError, SystemFailure, UsageError
from cockpit.records import Records, attempts, people, store
from cockpit.records.tables import Base
from tests.machine import ROOT
from tests.people.made import NOW, person
from tests.servers import Server, execute

REVISIONS = [one.revision for one in reversed(list(ScriptDirectory(str(store.MIGRATIONS)).walk_revisions()))]


def names(records: Records) -> list[str]:
    with records.reading() as session:
        return [one.name for one in people.everyone(session)]


def add(records: Records, name: str) -> None:
    with records.writing() as session:
        session.add(person(name))


def test_the_newest_revision_is_known_without_the_migrations() -> None:
    assert REVISIONS[-1] == store.HEAD


def test_what_was_written_is_there_after_the_next_start(url: str) -> None:
    for turn in ("one", "two"):
        records = Records(url)
        assert records.at_head() and records.sound()
        add(records, turn)
        records.close()
    records = Records(url)
    assert names(records) == ["one", "two"]
    with records.reading() as session:
        assert [one.created_at for one in people.everyone(session)] == [NOW, NOW]  # with its offset
    records.close()


def test_the_revisions_make_the_tables_the_code_knows(url: str) -> None:
    Records(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_revision_is_brought_to_the_newest(url: str, revision: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(store.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(
            text(
                "INSERT INTO people (id, name, label, state, demo, everything, created_at, created_by, revision)"
                " VALUES (1, 'old', 'Old', 'active', false, true, '2026-01-02 03:04:05', 'local', 1)"
            )
        )
    engine.dispose()
    records = Records(url)
    assert records.at_head() and names(records) == ["old"]
    records.close()


def test_a_newer_products_database_is_left_alone(url: str) -> None:
    Records(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'f00d'"))
    with pytest.raises(SystemFailure) as failure:
        Records(url)
    assert failure.value.code == "records_newer"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "f00d"
    engine.dispose()


def test_half_a_transaction_is_none(url: str) -> None:
    records = Records(url)
    before = records.changes
    with pytest.raises(ZeroDivisionError), records.writing() as session:
        session.add(person("half"))
        session.flush()
        raise ZeroDivisionError
    assert names(records) == [] and records.changes == before
    add(records, "twice")
    with pytest.raises(RefusedError) as refused:
        add(records, "twice")
    assert refused.value.code == "records_conflict"
    records.close()


WORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cockpit.access.audit import AuditTrail
from cockpit.records import Records
records = Records(sys.argv[1])
trail = AuditTrail(records, Path(sys.argv[2]), "s" * 40, lambda: datetime.now(UTC).replace(tzinfo=None))
for turn in range(15):
    trail.note(sys.argv[3], "sign_in", str(turn))
records.close()
"""


def test_processes_that_begin_and_write_at_once(url: str, tmp_path: Path) -> None:
    """An empty database, three processes: one makes the tables, all write, and no entry of the trail is lost."""
    begun = [
        subprocess.Popen([sys.executable, "-c", WORK, url, str(tmp_path), name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for process in begun:
        _, said = process.communicate(timeout=90)
        assert process.returncode == 0, said.decode()[-2000:]
    records = Records(url)
    report = AuditTrail(records, tmp_path, "s" * 40, lambda: NOW).verify()
    assert (report.holds, report.entries) == (True, 45)
    records.close()


def test_the_trail_holds_whatever_was_typed(url: str, tmp_path: Path) -> None:
    """Servers refuse zeros in a text and halves of characters."""
    records = Records(url)
    trail = AuditTrail(records, tmp_path, "s" * 40, lambda: NOW)
    hostile = "a\0\udcff%_\\章"
    trail.note(hostile, "sign_in_failed", hostile, {"typed": hostile})
    assert trail.verify().holds
    for wanted in ({"text": hostile}, {"actor": hostile}, {"text": "章"}, {"text": "%_\\"}):
        assert len(trail.search(**wanted)) == 1, wanted
    assert trail.search(text="_%") == []
    records.close()


def test_a_server_that_is_gone_and_comes_back(postgres: Server, server_url: str) -> None:
    records = Records(server_url)
    add(records, "before")
    database = str(make_url(server_url).database)
    execute(
        postgres,
        "postgres",
        f"ALTER DATABASE {database} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
    )
    for use in (lambda: names(records), lambda: add(records, "meanwhile"), records.at_head):
        with pytest.raises(SystemFailure) as failure:
            use()
        assert failure.value.code == "records_not_reachable"
        assert "127.0.0.1" not in str(failure.value) and database not in str(failure.value)
    execute(postgres, "postgres", f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    add(records, "after")
    assert names(records) == ["after", "before"]
    records.close()


def test_logins_at_once_never_wait_for_each_other(server_url: str) -> None:
    """One begins: it holds the address and comes to the name. One has succeeded meanwhile."""
    records, ended = Records(server_url), []
    counted = Attempts(records, Steady(lambda: datetime(2026, 11, 22, 1, 0)), "secret")
    counted.begin("wang", "192.0.2.7")
    kinds = [("address", counted.mark("address", "192.0.2.7")), ("name", counted.mark("name", "wang"))]

    def succeed() -> None:
        try:
            with records.writing() as session:
                counted.succeeded(session, "wang", "192.0.2.7")
            ended.append("well")
        except SystemFailure as failure:
            ended.append(failure.code)

    other = threading.Thread(target=succeed)
    with records.writing() as session:
        attempts.row(session, *kinds[0], NOW)
        other.start()
        deadline = time.monotonic() + 20
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not session.execute(waiting).scalar():
            assert time.monotonic() < deadline
            time.sleep(0.02)
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
        attempts.row(session, *kinds[1], NOW)
    other.join(20)
    assert ended == ["well"]
    records.close()


def test_a_file_that_another_process_keeps_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    records = Records(f"sqlite:///{tmp_path / 'records.db'}")
    add(records, "before")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert names(records) == ["before"]
    with pytest.raises(SystemFailure) as failure:
        add(records, "meanwhile")
    assert failure.value.code == "records_not_reachable"
    other.execute("ROLLBACK")
    other.close()
    add(records, "after")
    assert names(records) == ["after", "before"]
    records.close()


def test_no_server_is_said_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(SystemFailure) as failure:
        Records("postgresql+psycopg://boss:geheim@127.0.0.1:1/records")
    assert failure.value.code == "records_not_reachable" and "geheim" not in str(failure.value)
    for wrong in ("oracle+nothing://x", "postgresql+nodriver://x", "sqlite"):
        with pytest.raises(UsageError):
            Records(wrong)


def test_a_damaged_file_is_refused_or_found(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    file.write_bytes(b"no database at all, though long enough to be one" * 100)
    with pytest.raises(SystemFailure) as failure:
        Records(f"sqlite:///{file}")
    assert failure.value.code == "records_damaged"

    file.unlink()
    records = Records(f"sqlite:///{file}")
    with records.writing() as session:
        session.add_all([person(f"name{number}", label="x" * 200) for number in range(200)])
    records.close()
    content = bytearray(file.read_bytes())
    size = len(content) // 4096
    for page in range(size * 3 // 4, size):  # where the rows are, not what opening reads
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    file.write_bytes(content)
    records = Records(f"sqlite:///{file}")
    try:
        sound = records.sound()
    except SystemFailure as damaged:
        assert damaged.code == "records_damaged"
        sound = False
    assert not sound
    records.close()


def test_the_files_are_nobody_elses(tmp_path: Path) -> None:
    records = Records(f"sqlite:///{tmp_path / 'records.db'}")
    add(records, "one")
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes and set(modes.values()) == {0o600}, modes
    records.close()


def test_a_quiet_transaction_makes_nobody_look_again(url: str) -> None:
    records = Records(url)
    before = records.changes
    with records.writing(quiet=True) as session:
        session.add(person("quiet"))
    assert records.changes == before and names(records) == ["quiet"]
    records.close()


def test_whoever_changes_something_changes_the_state_for_all(url: str) -> None:
    """Another process is told by the database; what was quiet, or came to nothing, changes no state."""
    here, there = Records(url), Records(url)
    states = [here.state()]
    for turn in ("one", "two"):
        add(there, turn)
        states.append(here.state())
    with there.writing(quiet=True) as session:
        session.add(person("three"))
    with pytest.raises(ZeroDivisionError), there.writing() as session:
        session.add(person("four"))
        raise ZeroDivisionError
    assert len(set(states)) == 3 and here.state() == states[-1]
    here.close()
    there.close()
