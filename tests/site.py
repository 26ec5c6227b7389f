"""A real server process with a home of its own, and plain HTTP and websockets to ask it with."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests import prepared
from tests.machine import ROOT

PATIENCE = 180  # seconds for a start on a busy machine
PASSWORD = "梧桐树下的 7 月雨声"
HTML = {"accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def place(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Browser:
    """Keeps cookies, sends forms as a browser does; `port` is where the server answers."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "zh-CN"

    @property
    def origin(self) -> str:
        """The address in the browser's line."""
        return f"http://127.0.0.1:{self.port}"

    def line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def wire(self) -> dict[str, Any]:
        """How a websocket is connected."""
        return {"uri": f"ws://127.0.0.1:{self.port}/_stcore/stream"}

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bool = False,
    ) -> Answer:
        """One request; `headers` with an empty value are left out. `raw` sends the path as it is."""
        sent = {
            "Host": urllib.parse.urlsplit(self.origin).netloc,
            "Accept-Language": self.language,
            **HTML,
            **(headers or {}),
        }
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line = self.line()
        try:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = None if body is None else body.encode("utf-8")
            for name, value in sent.items():
                if value:
                    line.putheader(name, value)
            if data is not None:
                line.putheader("Content-Length", str(len(data)))
            line.endheaders(data)
            answer = line.getresponse()
            found = Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()
        for text in found.headers.get_all("set-cookie") or []:
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return found

    def send(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Answer:
        """Open the page of a form and send the form."""
        page = self.ask("/auth/login" if path.startswith("/auth/demo") else path)
        token = _TOKEN.search(page.text)
        return self.post(path, headers, token=token[1] if token else "", **fields)

    def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Answer:
        """Send a form without opening its page."""
        said = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.origin,
            **(headers or {}),
        }
        return self.ask(path, "POST", urllib.parse.urlencode(fields), said)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        return self.send("/auth/login", name=name, password=password)

    def demo(self, role: str = "administrator") -> Answer:
        return self.send("/auth/demo", role=role)

    def inside(self) -> bool:
        """Whether a page is shown instead of the login."""
        return self.ask("/procurement").status == 200

    @contextmanager
    def stream(self, **headers: str) -> Iterator[ClientConnection]:
        """The websocket of a page; raises `websockets.exceptions.InvalidStatus` where it is refused."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        origin = sent.pop("Origin", self.origin)
        with connect(
            **self.wire(),
            origin=origin or None,  # type: ignore[arg-type]
            additional_headers={name: value for name, value in sent.items() if value},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            open_timeout=20,
            proxy=None,
        ) as opened:
            yield opened


@dataclass
class Server:
    """`python app.py` in a process of its own, or `streamlit run app.py` where `by_streamlit`."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    by_streamlit: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def console(self) -> str:
        return (self.folder / "console").read_text("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """The log; every line must be JSON."""
        return [json.loads(line) for line in (self.folder / "log").read_text("utf-8").splitlines()]

    @property
    def code(self) -> str:
        """The newest setup code on the console."""
        found = re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}", self.console)
        assert found, self.console
        return str(found[-1])

    def browser(self, **cookies: str) -> Browser:
        return Browser(self.port, dict(cookies))

    def start(self, ready: bool = True) -> Server:
        """Start and wait until it answers, and until it is ready where that is wanted."""
        environment = self.surroundings()
        arguments: list[str | Path] = [ROOT / "app.py"]
        if self.by_streamlit:
            options = ["--server.port", str(self.port), "--server.headless", "true"]
            arguments = ["-m", "streamlit", "run", ROOT / "app.py", *options]
        with (self.folder / "console").open("ab") as out, (self.folder / "log").open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, *arguments], env=environment, cwd=self.folder, stdout=out, stderr=err
            )
        until = time.monotonic() + PATIENCE
        while self.health() != 200 if ready else self.health() == 0:
            assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")[-2000:]
            assert time.monotonic() < until, (self.folder / "log").read_text("utf-8")[-2000:]
            time.sleep(0.3)
        return self

    def surroundings(self) -> dict[str, str]:
        """The environment of the server, and of commands beside it."""
        return {**os.environ, "COCKPIT_HOME": str(self.home), "PORT": str(self.port), **self.environment}

    def health(self) -> int:
        try:
            return self.browser().ask("/health/ready").status
        except (OSError, http.client.HTTPException):
            return 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(3)  # what the sample is busy with is of no interest
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.process = None

    def set_up(self, name: str = "li.na") -> Browser:
        """The first administrator, signed in."""
        browser = self.browser()
        answer = browser.send("/auth/setup", code=self.code, name=name, label="李娜", password=PASSWORD, again=PASSWORD)
        assert answer.status == 303, answer.text
        return browser


@contextmanager
def server(
    folder: Path, ready: bool = True, by_streamlit: bool = False, sample: Path | None = None, **environment: str
) -> Iterator[Server]:
    """A server in `folder`; with the run's temporary folder as `sample` the sample company is in its home already."""
    folder.mkdir(parents=True, exist_ok=True)
    running = Server(folder, environment, by_streamlit)
    if sample is not None:
        prepared.copied(sample, running.home)
    try:
        yield running.start(ready)
    finally:
        running.stop()
