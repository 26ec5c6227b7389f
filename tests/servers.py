"""Database servers of the tests' own: PostgreSQL and MariaDB in a temporary folder, on the loopback address only."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from sqlalchemy import URL

from tests.machine import lacks

PASSWORD = "geheim-口令/@%1"
STARTED_WITHIN = 60.0
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """A running server. `administrator` may do everything, `reader` may only read; both have `PASSWORD`."""

    kind: str  # postgresql, mysql
    port: int
    administrator: str
    reader: str = "reader"

    def url(self, database: str, user: str | None = None, port: int | None = None, password: str = "${DB}") -> str:
        """The address as `sources.toml` holds it; the password stands in the environment."""
        driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}[self.kind]
        return f"{driver}://{user or self.reader}:{password}@127.0.0.1:{port or self.port}/{database}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> str | None:
    """The account servers run under where the tests run as root, which no server allows."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "mysql", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    lacks("an unprivileged account to run a database server")


def _account(name: str | None) -> dict[str, Any]:
    """How a program is run under an account: its own user and group, no others."""
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []} if name else {}


@contextmanager
def _folder(account: str | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="db-", dir="/tmp"))
    try:
        if account:
            shutil.chown(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str], account: str | None, log: Path, port: int, stop: signal.Signals) -> Iterator[None]:
    """The server from the moment it answers on its port; its own process is ended afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd="/", **_account(account))
    try:
        deadline = time.monotonic() + STARTED_WITHIN
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _newest_postgres() -> Path | None:
    found = list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found += [Path(path)] if (path := shutil.which("postgres")) else []
    version = re.compile(r"(\d+)/bin")
    ordered = sorted(found, key=lambda one: int(match[1]) if (match := version.search(str(one))) else 0)
    return ordered[-1].parent if ordered else None


@contextmanager
def postgres() -> Iterator[tuple[Server, Path]]:
    """A PostgreSQL server with the roles `boss` and `reader`, and the folder of its programs."""
    programs = _newest_postgres()
    if programs is None:
        lacks("the PostgreSQL server (postgres, initdb)")
    account = _unprivileged()
    with _folder(account) as folder:
        data, port, secret = folder / "data", free_port(), folder / "secret"
        secret.write_text(PASSWORD)
        if account:
            shutil.chown(secret, account)
        made = [str(programs / "initdb"), "-D", str(data), "-U", "boss", "-A", "scram-sha-256", "-E", "UTF8"]
        made += ["--locale=C.UTF-8", "--no-sync", f"--pwfile={secret}"]
        subprocess.run(made, check=True, capture_output=True, cwd="/", **_account(account))
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
        for setting in ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "shared_buffers=64MB"):
            command += ["-c", setting]
        with _running(command, account, folder / "log.txt", port, signal.SIGINT):
            server = Server("postgresql", port, "boss")
            _await_postgres(server)
            execute(server, "postgres", "CREATE ROLE reader LOGIN PASSWORD '" + PASSWORD + "'")
            yield server, programs


def _await_postgres(server: Server) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            connect(server, "postgres").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server with the accounts `boss` and `reader`."""
    server_program, installer = shutil.which("mariadbd", path=_PATH), shutil.which("mariadb-install-db", path=_PATH)
    if server_program is None or installer is None:
        lacks("the MariaDB server (mariadbd, mariadb-install-db)")
    account = _unprivileged()
    with _folder(account) as folder:
        data, port = folder / "data", free_port()
        made = [installer, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        made += ["--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True, cwd="/", **_account(account))
        command = [server_program, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1"]
        command += [f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}", "--character-set-server=utf8mb4"]
        command += ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--innodb-buffer-pool-size=64M"]
        with _running(command, account, folder / "log.txt", port, signal.SIGTERM):
            root = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
            with root, root.cursor() as cursor:
                for name, rights in (("boss", "ALL PRIVILEGES"), ("reader", "SELECT, SHOW VIEW")):
                    cursor.execute(f"CREATE USER '{name}'@'127.0.0.1' IDENTIFIED BY %s", [PASSWORD])
                    cursor.execute(f"GRANT {rights} ON *.* TO '{name}'@'127.0.0.1'")
            yield Server("mysql", port, "boss")


_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def connect(server: Server, database: str) -> psycopg.Connection | pymysql.Connection:
    """A connection of the administrator's that commits every statement."""
    if server.kind == "postgresql":
        return psycopg.connect(
            host="127.0.0.1",
            port=server.port,
            user=server.administrator,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        )
    return pymysql.connect(
        host="127.0.0.1",
        port=server.port,
        user=server.administrator,
        password=PASSWORD.encode(),
        database=database or None,
        autocommit=True,
    )


def execute(server: Server, database: str, *statements: str) -> None:
    """Statements of the administrator's, each committed."""
    with connect(server, database) as con, con.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows(server: Server, database: str, statement: str) -> list[tuple[object, ...]]:
    """What the administrator sees."""
    with connect(server, database) as con, con.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()]


@contextmanager
def nginx(site: str, name: str, port: int, behind: int) -> Iterator[Path]:
    """A TLS proxy on `port` with the server block `site` for `name`, before what listens on the port `behind`; the
    certificate by which it is known, for `name` and 127.0.0.1."""
    program, openssl = shutil.which("nginx", path=_PATH), shutil.which("openssl", path=_PATH)
    if program is None or openssl is None:
        lacks("a TLS proxy (nginx, openssl)")
    account = _unprivileged()
    with _folder(account) as folder:
        certificate, secret = folder / "cockpit.pem", folder / "cockpit.key"
        made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        made += ["-keyout", str(secret), "-out", str(certificate), "-days", "1", "-subj", f"/CN={name}"]
        made += ["-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"]
        subprocess.run(made, check=True, capture_output=True, cwd="/", **_account(account))
        places = {"443": f"127.0.0.1:{port}", "8501": str(behind), "/etc/ssl/cockpit.": str(folder / "cockpit.")}
        for usual, here in places.items():
            assert usual in site
            site = site.replace(usual, here)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        rooms = " ".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
        settings = folder / "nginx.conf"
        settings.write_text(f"pid {folder / 'pid'}; events {{}} http {{ access_log off; {rooms}\n{site}\n}}\n")
        command = [program, "-e", str(folder / "errors"), "-c", str(settings), "-g", "daemon off;"]
        with _running(command, account, folder / "log.txt", port, signal.SIGTERM):
            yield certificate


def records_on(server: Server) -> str:
    """The address of a new, empty database for records on a PostgreSQL server."""
    name = f"records{next(_numbers)}"
    execute(server, "postgres", f"CREATE DATABASE {name}")
    address = URL.create("postgresql+psycopg", server.administrator, PASSWORD, "127.0.0.1", server.port, name)
    return address.render_as_string(hide_password=False)
