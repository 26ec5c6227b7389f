"""What knowing people costs: a warm page opened by a limited person, beside the same page where nobody is asked."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from streamlit.testing.v1 import AppTest

from bench import company
from cockpit.api.gate import COOKIE, Gate
from cockpit.api.site import Site
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft, RoleView, RuleView
from cockpit.service.requests import LoadRequest
from cockpit.settings import Settings
from cockpit.ui import door
from connectors import CONNECTORS

MAIN = Path(__file__).parent.parent / "cockpit" / "ui" / "main.py"
PEOPLE, ROLES, NODES, WIDTH = 200, 50, 500, 5
LIMIT = 0.10  # of a warm page
REQUESTS = 200
PASSWORD = "Gletscher-77-Umbra"
GRANTS = ("page:*", "metric:*", "drill", "source_row")


@dataclass(frozen=True)
class Step:
    """Median seconds of work of one thing that is done for a page, and what part of the warm `page` that is."""

    step: str
    taken: float
    page: float
    limit: float = LIMIT

    @property
    def share(self) -> float:
        return self.taken / self.page

    @property
    def holds(self) -> bool:
        return self.share <= self.limit


def opened(folder: Path, rows: int) -> Cockpit:
    """The made-up company with a tree of departments, roles of its own, and people limited to branches of the tree."""
    warehouse = company.opened(folder)
    company.build(warehouse, rows)
    warehouse.close()
    cockpit = Cockpit.open(Settings(home=folder), CONNECTORS, clock=lambda: company.NOW)
    tree = folder / "departments.csv"
    tree.write_text("\n".join(["department_code,department,parent_department", *_departments()]), "utf-8")
    cockpit.load(LOCAL_ADMINISTRATOR, [tree], LoadRequest("default", "departments"))
    for number in range(ROLES):
        role = RoleView(f"role{number}", f"职责{number}", False, GRANTS, (), (), 0, 0)
        cockpit.people.save_role(LOCAL_ADMINISTRATOR, role)
    for number in range(PEOPLE):
        roles = (f"role{number % ROLES}", f"role{(number + 7) % ROLES}")
        rules = (RuleView("department", f"部门{number % 12}", subtree=True),)
        draft = PersonDraft(f"person{number}", f"人员{number}", roles, rules=rules)
        cockpit.people.add(LOCAL_ADMINISTRATOR, draft, PASSWORD if number == 0 else "")
    return cockpit


def _departments() -> Iterator[str]:
    """The company's departments at the top; each stands below the one `WIDTH` times nearer to the beginning."""
    for number in range(NODES):
        above = "" if number < 12 else f"部门{(number - 12) // WIDTH}"
        yield f"D{number},部门{number},{above}"


def measure(folder: Path, rows: int, turns: int) -> list[Step]:
    """Pages by turns with and without people, then what is done for a page, each alone and with nothing remembered."""
    with opened(folder, rows) as cockpit:
        door.use(cockpit)
        try:
            token, key = cockpit.entrance.sign_in("person0", PASSWORD, "127.0.0.1", "bench")
            page = AppTest.from_file(str(MAIN), default_timeout=120)
            page.user = {"session": key}
            nobody, with_people = _pages(page, turns)
            steps = [
                Step("page with gate, session, actor, scope", max(with_people - nobody, 0.0), nobody),
                Step("gate of a request, remembered", _gate(cockpit, token, forget=False), nobody),
                Step("gate of a request, looked up", _gate(cockpit, token, forget=True), nobody),
                Step("actor and scope, looked after", _resolved(cockpit, key), nobody),
            ]
            return [*steps, Step("all of it, nothing remembered", sum(one.taken for one in steps[2:]), nobody)]
        finally:
            door.use(None)


def _worked(work: Callable[[], object]) -> float:
    """Seconds of work of this process, all its threads together: what others do on the machine does not count."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


@contextmanager
def _unguarded() -> Iterator[None]:
    """Pages of the operator, whom nobody asks for a session: what is left is what the page itself takes."""
    kept = door.own, door.enter
    door.own, door.enter = (lambda: LOCAL_ADMINISTRATOR), (lambda: None)
    try:
        yield
    finally:
        door.own, door.enter = kept


def _pages(page: AppTest, turns: int) -> tuple[float, float]:
    """Median seconds of a warm page without and with people."""

    def run() -> None:
        page.run()
        if page.exception:
            raise SystemExit(f"the page failed: {page.exception[0].message}")

    def unguarded() -> None:
        with _unguarded():
            run()

    ways: tuple[Callable[[], None], Callable[[], None]] = (unguarded, run)
    for way in (*ways, *ways):
        way()
    taken: list[tuple[float, float]] = []
    for turn in range(turns * 3):
        gc.collect()
        times = {which: _worked(ways[which]) for which in ((0, 1) if turn % 2 else (1, 0))}
        taken.append((times[0], times[1]))
    plain = median(one for one, _ in taken)
    return plain, plain + median(own - one for one, own in taken)


def _gate(cockpit: Cockpit, token: str, forget: bool) -> float:
    """Seconds that the gate adds to one request for a page, and to the stream that the page opens."""

    async def answer(scope: object, receive: object, send: object) -> None:
        return None

    gate = Gate(answer, lambda: cockpit, Site(), (), "overview", "zh_CN")
    headers = [(b"host", b"127.0.0.1:8501"), (b"cookie", f"{COOKIE}={token}".encode()), (b"accept", b"text/html")]
    about = {"method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "", "headers": headers}
    where = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 8501), "client": ("127.0.0.1", 50000)}

    async def asked() -> list[float]:
        found = []
        for _ in range(REQUESTS):
            if forget:
                cockpit._records.changes += 1
            begun = time.process_time()
            await gate({**where, **about, "state": {}}, answer, answer)
            found.append(time.process_time() - begun)
        return found

    return median(asyncio.run(asked()))


def _resolved(cockpit: Cockpit, key: str) -> float:
    """Seconds of making sure that who came by a session still is who they were, and that nothing changed."""

    def anew() -> None:
        cockpit._records.changes += 1
        cockpit.entrance.actor(key)
        cockpit.entrance.touch(key)

    return median(_worked(anew) for _ in range(REQUESTS))
