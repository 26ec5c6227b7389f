"""What is wrong with a connection is said in one sentence with its place, and never with a secret."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli import main
from cockpit.errors import UsageError
from cockpit.locale import LANGUAGES, t
from cockpit.service import LOCAL_ADMINISTRATOR, blocks
from connectors import CONNECTORS
from tests import servers
from tests.servers import PASSWORD, Server
from tests.sync.books import MAPPING, Books, Place

Make = Callable[..., Books]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[a]\nurl = 'u'\ntable = 't'\nrelatoin = 'x'\n[a.mapping]\nx = 'y'\n", "sources_key_unknown", 4),
        ("[b]\nurl = 'sqlite:///x'\nrelation = 'x'\n[b.mapping]\nx = 'y'\n", "sources_key_missing", 1),
        ("[a]\nurl = 'u'\ntable = 5\nrelation = 'x'\n[a.mapping]\nx = 'y'\n", "sources_value_not_possible", 3),
        ("[a]\nurl = 'u'\ntable = 't'\nrelation = 'x'\n[a.mapping]\nx = 7\n", "sources_value_not_possible", 6),
        ("[a]\nurl = 'sqlite:///x'\ntable = 't'\n[a.mapping]\nx = 'y'\n", "sources_relation_or_select", 1),
        ("[a]\nurl = 'u'\ntable = 't'\nrelation = 'x'\noverlap = '1 day'\n[a.mapping]\nx = 'y'\n",
         "sources_overlap_without_cursor", 5),
        ("['a b']\nurl = 'sqlite:///x'\n", "sources_name_not_possible", 1),
        ("[a\nurl = 'secret'", "sources_not_readable", None),
    ],
)  # fmt: skip
def test_the_file_is_read_strictly(text: str, code: str, line: int | None, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as refused:
        blocks.read(tmp_path)
    assert refused.value.code == code
    assert refused.value.params.get("line") == line
    for language in LANGUAGES:
        assert "{" not in t(f"error.{code}", language, **refused.value.params)


URLS = {
    "sql_driver_unknown": ["postgresql+psycopg2://h/d", "oracle://h/d", "sqlite+pysqlcipher:///x"],
    "sql_url_not_readable": ["nonsense", "postgresql://u:geheim@h:port/d"],
    "sql_option_refused": [
        "postgresql://h/d?options=-c%20search_path%3Dx",
        "postgresql://h/d?service=x",
        "postgresql://h/d?passfile=/etc/passwd",
        "postgresql://h/d?sslkey=/etc/key",
        "postgresql://h/d?host=elsewhere",
        "mysql+pymysql://h/d?local_infile=1",
        "mysql+pymysql://h/d?init_command=DROP%20TABLE%20x",
        "mysql+pymysql://h/d?read_default_file=/etc/my.cnf",
        "sqlite:///x?mode=rw",
    ],
    "sql_file_missing": ["sqlite:///nowhere.db", "sqlite://", "sqlite:///:memory:"],
    "source_variable_missing": ["postgresql://u:${NOT_THERE}@h/d"],
}


@pytest.mark.parametrize(("code", "url"), [(code, url) for code, urls in URLS.items() for url in urls])
def test_addresses_that_are_not_taken(code: str, url: str, place: Place) -> None:
    place.block("b", url)
    assert place.codes("b") == [code]


QUERIES = {
    "sql_query_not_one": ["SELECT 1; SELECT 2", ""],
    "sql_query_not_a_select": [
        "DELETE FROM order_lines",
        "WITH x AS (DELETE FROM order_lines RETURNING *) SELECT * FROM x",
        "SELECT * INTO y FROM order_lines",
        "SELECT * FROM order_lines FOR UPDATE",
        "CREATE TABLE y AS SELECT 1",
    ],
    "sql_query_not_readable": ["SELECT FROM WHERE ((", "SELECT 1 INTO OUTFILE '/tmp/x'"],
    "sql_columns_doubled": ["SELECT order_id, order_id FROM order_lines"],
    "sql_name_missing": ["SELECT nothing_here FROM order_lines", "SELECT * FROM elsewhere"],
    "source_column_missing": ["SELECT order_id FROM order_lines UNION SELECT 1"],
    "sql_writes": ["SELECT nextval('numbers') AS order_id"],
}


@pytest.mark.parametrize(("code", "query"), [(code, query) for code, asked in QUERIES.items() for query in asked])
def test_queries_that_are_not_taken(code: str, query: str, postgres_books: Books, place: Place) -> None:
    (place.home / "q.sql").write_text(query, "utf-8")
    place.block("b", postgres_books.url, select="q.sql")
    if code == "sql_writes":
        columns = ", ".join(f"NULL AS {name}" for name in ("line", "order_date", "customer", "company", "country"))
        rest = ", ".join(f"NULL AS {name}" for name in ("product", "quantity", "amount"))
        (place.home / "q.sql").write_text(f"{query}, {columns}, {rest}", "utf-8")
    assert place.codes("b") == [code]
    assert postgres_books.total()[0] == 2155


@pytest.fixture(scope="session")
def _shared_books() -> dict[str, Books]:
    return {}


@pytest.fixture
def postgres_books(make: Make, _shared_books: dict[str, Books]) -> Books:
    """Books that no test changes, made once."""
    if "postgresql" not in _shared_books:
        _shared_books["postgresql"] = make("postgresql")
        _shared_books["postgresql"].run("CREATE SEQUENCE numbers", "GRANT USAGE ON SEQUENCE numbers TO reader")
    return _shared_books["postgresql"]


@pytest.mark.parametrize(
    ("code", "mapping", "keys"),
    [
        ("source_table_unknown", MAPPING, {"table": "sales"}),
        ("source_table_unknown", MAPPING, {"table": "patches"}),
        ("source_field_unknown", {**MAPPING, "no_field": "line"}, {}),
        ("source_field_missing", {"document_no": "order_id", "material_name": "product", "quantity": "quantity"}, {}),
        ("source_fields_missing", {"document_no": "order_id", "document_date": "order_date", "quantity": "line"}, {}),
        ("source_key_unknown", MAPPING, {"document_key": ["line_no"]}),
        ("source_key_unknown", MAPPING, {"document_key": ["nothing"]}),
        ("source_column_missing", {**MAPPING, "remark": "Amount"}, {}),
        ("source_column_missing", MAPPING, {"document_key": ["document_no"], "cursor": "changed"}),
        ("sql_relation_missing", MAPPING, {"relation": "orderlines"}),
        ("sql_relation_missing", MAPPING, {"relation": 'nowhere."order lines"'}),
        ("source_query_missing", MAPPING, {"select": "nowhere.sql"}),
        ("source_cursor_needs_key", {"material_code": "product", "quantity": "quantity", "warehouse": "country"},
         {"table": "stock_balances", "cursor": "write_date"}),
    ],
)  # fmt: skip
def test_blocks_that_do_not_fit(
    code: str, mapping: dict[str, str], keys: dict[str, Any], books: Books, place: Place
) -> None:
    place.block("b", books.url, mapping, **keys)
    assert place.codes("b") == [code]
    found = place.cockpit.check_source(LOCAL_ADMINISTRATOR, "b")
    assert (found.ok, [issue.code for issue in found.issues]) == (False, [code])


def test_messages_name_what_there_is(books: Books, place: Place) -> None:
    place.block("b", books.url, {**MAPPING, "remark": "Amount"})
    message = place.sync("b")["issues"][0]["message"]
    assert "remark = Amount" in message and "order_lines" in message and "write_date" in message
    place.block("b", books.url, relation="orderlines")
    assert "order_lines" in place.sync("b")["issues"][0]["message"]


def test_a_column_that_is_dropped_or_renamed_later(books: Books, place: Place) -> None:
    place.block("b", books.url, document_key=["document_no"], cursor="write_date")
    place.sync("b")
    known = place.total()
    books.run("ALTER TABLE order_lines RENAME COLUMN amount TO total")
    report = place.sync("b")
    assert report["state"] == "failed"
    assert "amount_net = amount" in report["issues"][0]["message"] and "total" in report["issues"][0]["message"]
    assert place.total() == known
    view = place.cockpit.sources(LOCAL_ADMINISTRATOR)[0]
    assert (view.state, view.cursor is not None) == ("failed", True)
    books.run("ALTER TABLE order_lines RENAME COLUMN total TO amount")
    assert place.sync("b")["status"] == "unchanged"


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_logins_and_hosts(
    kind: str, server_of: Callable[[str], Server], place: Place, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Wrong password, unknown database, nobody there: what is what, tried again only where that may help."""
    server = server_of(kind)
    caplog.set_level(logging.DEBUG)
    secret = "ganz-geheim@/%:1"
    monkeypatch.setenv("WRONG", secret)
    some = "postgres" if kind == "postgresql" else "mysql"
    cases = [
        (server.url(some, password="${WRONG}"), ("sql_login_refused",), 1),
        (server.url("nowhere"), ("sql_database_missing", "sql_not_permitted"), 1),
        (server.url(some, port=servers.free_port()), ("sql_unreachable",), 5),
        (server.url(some).replace("127.0.0.1", "nowhere.invalid"), ("sql_unreachable",), 5),
    ]
    for url, expected, tries in cases:
        place.block("b", url)
        report = place.sync("b")
        assert report["issues"][0]["code"] in expected, report
        assert report["tries"] == tries
        view = place.cockpit.sources(LOCAL_ADMINISTRATOR)
        found = place.cockpit.check_source(LOCAL_ADMINISTRATOR, "b")
        said = json.dumps(report) + repr(view) + repr(found) + caplog.text + repr(blocks.read(place.home))
        for word in (secret, PASSWORD, "ganz-geheim", PASSWORD.split("/")[0]):
            assert word not in said


def test_a_statement_that_takes_too_long(place: Place, postgres_books: Books) -> None:
    (place.home / "slow.sql").write_text("SELECT * FROM order_lines, pg_sleep(20)", "utf-8")
    place.block("b", postgres_books.url, select="slow.sql", timeout=0.5)
    assert place.codes("b") == ["sql_timed_out"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_nothing_is_ever_written(kind: str, make: Make, place: Place) -> None:
    """Even an account that may do everything is refused in our transaction, and the check says that it could."""
    books = make(kind)
    boss = books.url.replace("//reader:", "//boss:")
    place.block("b", boss, document_key=["document_no"], cursor="write_date")
    tables = {
        "sqlite": "SELECT name FROM sqlite_master ORDER BY 1",
        "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r' ORDER BY 1",
        "mysql": "SHOW TABLES",
    }[kind]
    before = books.rows(tables)
    found = place.cockpit.check_source(LOCAL_ADMINISTRATOR, "b")
    assert (found.ok, found.refuses_writing, found.account_may_write, found.rows) == (True, True, True, 2155)
    assert [issue.code for issue in found.issues] == ["source_account_may_write"]
    assert books.rows(tables) == before
    if kind == "sqlite":
        return
    place.block("b", books.url)
    found = place.cockpit.check_source(LOCAL_ADMINISTRATOR, "b")
    assert (found.ok, found.refuses_writing, found.account_may_write, found.issues) == (True, True, False, ())


def test_the_command_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    assert main(["sources", "--json"], CONNECTORS, None) == 0
    assert json.loads(capsys.readouterr().out) == {"sources": []}
    file = tmp_path / "b.db"
    with sqlite3.connect(file) as con:
        con.execute("CREATE TABLE t (no TEXT, day TEXT, item TEXT, quantity INTEGER)")
        con.execute("INSERT INTO t VALUES ('A', '2024-01-01', 'Tea', 1)")
    (home / "sources.toml").write_text(
        f'[tea]\nurl = "sqlite:///{file}"\ntable = "sales_lines"\nrelation = "t"\n[tea.mapping]\ndocument_no = "no"\n'
        'document_date = "day"\nmaterial_name = "item"\nquantity = "quantity"\n\n'
        '[lost]\nurl = "sqlite:///nowhere.db"\ntable = "sales_lines"\nrelation = "t"\n[lost.mapping]\n'
        'document_no = "no"\ndocument_date = "day"\nmaterial_name = "item"\nquantity = "quantity"\n',
        "utf-8",
    )
    assert main(["sources", "--check", "tea", "--json"], CONNECTORS, None) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
    assert main(["sync", "tea", "--json"], CONNECTORS, None) == 0
    report = json.loads(capsys.readouterr().out)["syncs"][0]
    assert {key: report[key] for key in ("source", "state", "delivery_id", "status", "rows_read", "rows_loaded")} == {
        "source": "tea", "state": "done", "delivery_id": 1, "status": "loaded", "rows_read": 1, "rows_loaded": 1,
    }  # fmt: skip
    assert main(["sync", "--all", "--json"], CONNECTORS, None) == 1
    states = [one["state"] for one in json.loads(capsys.readouterr().out)["syncs"]]
    assert states == ["done", "failed"]
    for line, status in ((["sync"], 2), (["sync", "tea", "--all"], 2), (["sync", "nobody"], 2), (["sync", "lost"], 1)):
        assert main([*line, "--language", "zh_CN"], CONNECTORS, None) == status
        said = capsys.readouterr()
        assert "Traceback" not in said.err and "issue." not in said.out and "error." not in said.err
    assert main(["sources", "--language", "en"], CONNECTORS, None) == 0
    assert "tea" in capsys.readouterr().out
