"""The engine that computes figures stands apart from the records of people: no statement of its leads there."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from cockpit.errors import CockpitError, SystemFailure
from cockpit.model import TABLES
from cockpit.records.tables import Base
from cockpit.service import Cockpit
from cockpit.service.requests import MetricRequest
from cockpit.settings import settings
from tests.access.conftest import ADDRESS, AGENT

WAYS = [
    "ATTACH '{records}' AS other (TYPE sqlite)",
    "ATTACH '{records}' AS other",
    "ATTACH '{home}/other.duckdb'",
    "SELECT * FROM sqlite_scan('{records}', 'people')",
    "SELECT * FROM read_text('{key}')",
    "SELECT * FROM read_blob('{records}')",
    "SELECT * FROM read_csv('{key}')",
    "SELECT * FROM read_json('{key}')",
    "SELECT * FROM read_parquet('{records}')",
    "SELECT * FROM '{key}'",
    "SELECT * FROM glob('{home}/*')",
    "COPY (SELECT 1) TO '{home}/out.csv'",
    "COPY meta FROM '{key}'",
    "EXPORT DATABASE '{home}/out'",
    "IMPORT DATABASE '{home}'",
    "INSTALL sqlite",
    "LOAD sqlite",
    "LOAD '{home}/sqlite.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET allowed_directories = ['{home}']",
    "SET allowed_paths = ['{records}']",
    "RESET enable_external_access",
    "PRAGMA enable_profiling = 'json'; PRAGMA profile_output = '{home}/out'",
    "SELECT getenv('COCKPIT_SECRET_KEY')",
]
REFUSED = ("Permission Error", "Invalid Input Error: Cannot change configuration", "Catalog Error")


def test_a17_no_statement_reaches_the_records_or_the_key(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    """A17, A21: not by the connection that reads, nor by the one that writes; and no setting opens a way."""
    home = settings().home
    records, key = home / "records.db", home / "secret.key"
    assert key.stat().st_size and records.stat().st_size
    before = sorted(home.iterdir())
    for way in WAYS:
        statement = way.format(home=home, records=records, key=key)
        with pytest.raises(SystemFailure) as read:
            cockpit._warehouse.run_sql(statement)
        with pytest.raises(SystemFailure) as written, cockpit._warehouse.session() as session:
            session.con.execute(statement)
        for refused in (read, written):
            assert str(refused.value.params["reason"]).startswith(REFUSED), (way, refused.value.params)
    assert sorted(home.iterdir()) == before


def test_a17_the_warehouse_holds_nothing_of_people(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    """No table of theirs, no other database, and nothing of what stands there is in the warehouse's file."""
    own = {
        row["table_name"] for row in cockpit._warehouse.run_sql("SELECT table_name FROM duckdb_tables()").to_pylist()
    }
    assert own and not own & set(Base.metadata.tables)
    sources = "SELECT DISTINCT path FROM duckdb_databases() WHERE path IS NOT NULL"
    assert [row["path"] for row in cockpit._warehouse.run_sql(sources).to_pylist()] == [str(settings().warehouse)]
    with closing(sqlite3.connect(settings().home / "records.db")) as connection:
        hashed = connection.execute("SELECT password_hash FROM people").fetchone()[0]
    assert hashed.encode() not in settings().warehouse.read_bytes()


def test_a17_people_of_the_sample_ask_for_figures_and_nothing_else(cockpit: Cockpit) -> None:
    """The invented administrator, who may everything, names tables and columns of the records."""
    _, key = cockpit.entrance.enter_demo("administrator", ADDRESS, AGENT)
    actor = cockpit.entrance.actor(key)
    assert actor is not None and actor.may("drill") and not set(TABLES) & set(Base.metadata.tables)
    for name in (*Base.metadata.tables, "main.people", "records.people", "deliveries"):
        with pytest.raises(CockpitError):
            cockpit.document(actor, name, "1", "zh_CN")
    for column in ("password_hash", "key", 'department" FROM people --'):
        with pytest.raises(CockpitError):
            cockpit.options(actor, "sample", column)
        for request in (MetricRequest(by=(column,)), MetricRequest(where={column: ("x",)})):
            with pytest.raises(CockpitError):
                cockpit.metric(actor, "revenue", request, "zh_CN")
