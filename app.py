"""The server: pages, health, metrics; opens the service once and fills an empty cockpit with the sample company."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # started by a path from anywhere
    sys.path.insert(0, str(ROOT))

from cockpit.api import Start, middleware, refuse_open_address, routes  # noqa: E402
from cockpit.errors import CockpitError, UsageError  # noqa: E402
from cockpit.locale import t  # noqa: E402
from cockpit.service import Cockpit  # noqa: E402
from cockpit.settings import settings  # noqa: E402
from cockpit.ui import door, sitemap, warm  # noqa: E402
from cockpit.ui.failure import show_failure  # noqa: E402
from connectors import CONNECTORS  # noqa: E402
from sample_data import SAMPLE  # noqa: E402

START = Start(warm.figures)


@contextmanager
def service() -> Iterator[Cockpit]:
    """The one open service of this process; opened here where nobody has done so yet."""
    if (already := door.cockpit()) is not None:
        yield already
        return
    with Cockpit.open(settings(), CONNECTORS, SAMPLE) as cockpit:
        door.use(cockpit)
        try:
            yield cockpit
        finally:
            door.use(None)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Warm what the first visitor would wait for, start the sample where nothing is there."""
    refuse_open_address(st.get_option("server.address"))
    with service() as cockpit:
        START.begin(cockpit, door.actor())
        warm.imports()
        gc.collect()
        gc.freeze()  # what is loaded now is never looked at again after a click
        try:
            yield {"cockpit": cockpit}
        finally:
            await asyncio.to_thread(START.wait)


app = st.App(
    ROOT / "cockpit" / "ui" / "main.py",
    routes=routes(door.cockpit, START),
    middleware=middleware(sitemap.NAMES, sitemap.DEFAULT),
    lifespan=lifespan,
    on_script_error=show_failure,
)


def say(error: CockpitError) -> int:
    """Tell on the terminal why there is no server; gives the exit status."""
    language = os.environ.get("COCKPIT_LANGUAGE", "")
    print(t(f"error.{error.code}", "en" if language == "en" else "zh_CN", **error.params), file=sys.stderr)
    return error.exit_status


def main() -> int:
    """Serve on ``http://127.0.0.1:8501``, or on the port that PORT names."""
    try:
        port = os.environ.get("PORT", "8501")
        if not port.isdigit() or not 1 <= int(port) <= 65535:
            raise UsageError("port_not_readable", value=port)
        refuse_open_address(os.environ.get("STREAMLIT_SERVER_ADDRESS", "127.0.0.1"))
        with service():  # before the server starts: what is wrong here is said in a sentence
            app.run(config={"server.port": int(port)})
    except CockpitError as error:
        return say(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
if address := st.get_option("server.address"):  # served by somebody else's hand: say it before the start, not in it
    try:
        refuse_open_address(address)
    except CockpitError as refused:
        sys.exit(say(refused))
