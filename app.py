"""The server: pages, health, metrics; opens the service once and fills an empty cockpit with the sample company."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

import streamlit as st

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # started by a path from anywhere
    sys.path.insert(0, str(ROOT))

from cockpit.api import caller  # noqa: E402
from cockpit.api.gate import middleware, refuse_open_address  # noqa: E402
from cockpit.api.owner import Owner  # noqa: E402
from cockpit.api.routes import routes  # noqa: E402
from cockpit.api.start import Start  # noqa: E402
from cockpit.api.wire import Call  # noqa: E402
from cockpit.cli import Desk, distant, run  # noqa: E402
from cockpit.errors import CockpitError, SystemFailure, UsageError  # noqa: E402
from cockpit.locale import Language, t  # noqa: E402
from cockpit.service import Cockpit  # noqa: E402
from cockpit.settings import settings  # noqa: E402
from cockpit.ui import door, sitemap, warm  # noqa: E402
from cockpit.ui.failure import show_failure  # noqa: E402
from connectors import CONNECTORS  # noqa: E402
from sample_data import SAMPLE  # noqa: E402

START = Start(warm.figures)


def answer(cockpit: Cockpit, call: Call, out: IO[str], err: IO[str], stay: Callable[[], None]) -> int:
    """Run the command line of another process on the open service; its exit status."""
    desk = Desk(
        CONNECTORS,
        SAMPLE,
        call.language,
        out=distant(out, call.out.width, call.out.terminal, call.out.color),
        err=distant(err, call.err.width, call.err.terminal, call.err.color),
        folder=Path(call.folder),
        door=lambda _: nullcontext(cockpit),
        stay=stay,
    )
    return run(call.arguments, desk)


OWNER = Owner(answer)


@contextmanager
def service(port: int) -> Iterator[Cockpit]:
    """The one open service of this process; opened here where nobody has yet, once no other process holds it."""
    if (already := door.cockpit()) is not None:
        yield already
        return
    home = settings().home

    def waits(held: SystemFailure) -> None:
        print(t("api.server_waits", language(), seconds=caller.SERVER_SECONDS, **held.params), file=sys.stderr)

    with caller.when_free(
        lambda: Cockpit.open(settings(), CONNECTORS, SAMPLE),
        lambda: caller.refuse_second(home),
        waits,
        caller.SERVER_SECONDS,
    ) as cockpit:
        OWNER.start(cockpit, home, f"http://127.0.0.1:{port}")
        door.use(cockpit)
        try:
            yield cockpit
        finally:
            door.use(None)
            OWNER.stop()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Warm what the first visitor would wait for, start the sample where nothing is there."""
    refuse_open_address(st.get_option("server.address"))
    with service(st.get_option("server.port")) as cockpit:
        START.begin(cockpit, door.actor())
        warm.imports()
        gc.collect()
        gc.freeze()  # what is loaded now is never looked at again after a click
        try:
            yield {"cockpit": cockpit}
        finally:
            await asyncio.gather(asyncio.to_thread(START.wait), asyncio.to_thread(OWNER.stop))


app = st.App(
    ROOT / "cockpit" / "ui" / "main.py",
    routes=routes(door.cockpit, START),
    middleware=middleware(sitemap.NAMES, sitemap.DEFAULT),
    lifespan=lifespan,
    on_script_error=show_failure,
)


def language() -> Language:
    """The language of the terminal."""
    return "en" if os.environ.get("COCKPIT_LANGUAGE") == "en" else "zh_CN"


def say(error: CockpitError) -> int:
    """Tell on the terminal why there is no server; gives the exit status."""
    print(t(f"error.{error.code}", language(), **error.params), file=sys.stderr)
    return error.exit_status


def main() -> int:
    """Serve on ``http://127.0.0.1:8501``, or on the port that PORT names."""
    try:
        port = os.environ.get("PORT", "8501")
        if not port.isdigit() or not 1 <= int(port) <= 65535:
            raise UsageError("port_not_readable", value=port)
        refuse_open_address(os.environ.get("STREAMLIT_SERVER_ADDRESS", "127.0.0.1"))
        with service(int(port)):  # before the server starts: what is wrong here is said in a sentence
            app.run(config={"server.port": int(port)})
    except CockpitError as error:
        return say(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
if address := st.get_option("server.address"):  # served by somebody else's hand: say it before the start, not in it
    try:
        refuse_open_address(address)
        caller.refuse_second(settings().home)
    except CockpitError as refused:
        sys.exit(say(refused))
