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
from streamlit import config

from cockpit import logs
from cockpit.api import caller
from cockpit.api.entrance import Desk as Entry
from cockpit.api.gate import middleware
from cockpit.api.owner import Owner
from cockpit.api.routes import routes
from cockpit.api.site import Site, is_loopback, refuse_open_address
from cockpit.api.start import Start
from cockpit.api.wire import Call
from cockpit.cli import Desk, distant, run
from cockpit.errors import CockpitError, SystemFailure, UsageError
from cockpit.locale import Language, t
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.entrance import administrator_known
from cockpit.settings import settings
from cockpit.ui import door, platform, sitemap, warm
from cockpit.ui.failure import show_failure
from connectors import CONNECTORS
from sample_data import SAMPLE

ROOT = Path(__file__).resolve().parent
START = Start(warm.figures)
# Whatever the environment says: sockets and uploads are taken from pages of ours alone.
PROTECTED = {"server.enableCORS": True, "server.enableXsrfProtection": True}


def language() -> Language:
    """The language of the terminal."""
    return "en" if os.environ.get("COCKPIT_LANGUAGE") == "en" else "zh_CN"


def say(error: CockpitError) -> int:
    """Tell on the terminal why there is no server; gives the exit status."""
    print(t(f"error.{error.code}", language(), **error.params), file=sys.stderr)
    return error.exit_status


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
        piped=call.piped or "",
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
    logs.set_up()  # what the server's libraries have set up for themselves meanwhile gives way
    with service(st.get_option("server.port")) as cockpit:
        refuse_open_address(st.get_option("server.address"), cockpit.entrance.administrator_exists())
        announce(cockpit, st.get_option("server.port"))
        START.begin(cockpit, LOCAL_ADMINISTRATOR)
        warm.imports()
        gc.collect()
        gc.freeze()  # what is loaded now is never looked at again after a click
        try:
            yield {"cockpit": cockpit}
        finally:
            await asyncio.gather(asyncio.to_thread(START.wait), asyncio.to_thread(OWNER.stop))


def announce(cockpit: Cockpit, port: int) -> None:
    """Tell on the server's own console where the cockpit is, and how the first administrator gets in."""
    url = settings().url or f"http://127.0.0.1:{port}"
    print(t("entrance.console.address", language(), url=url), flush=True)
    if (code := cockpit.entrance.setup_code()) is not None:
        print(t("entrance.console.setup", language(), url=url, code=code), flush=True)


def log_alike() -> None:
    """Everything this process logs becomes one line of JSON."""
    logs.set_up()
    platform.share_log()


def hosts(address: str) -> list[str]:
    """The names the platform answers to; the gate, which is stricter, has looked at each request before."""
    if address in ("0.0.0.0", "::"):  # noqa: S104 -- compared with, not listened on
        return ["*"]
    public = Site(settings().url).host
    return ["localhost", "127.0.0.1", "::1", address, *([public] if public else [])]


log_alike()
try:
    site, usual = Site(settings().url), settings().language
    secret = settings().secret_key.get_secret_value()
    entry = Entry(door.cockpit, site, secret, usual, ROOT / "cockpit" / "ui" / "static")
    app = st.App(  # assigned here, in this form: `streamlit run` looks for it in the text
        ROOT / "cockpit" / "ui" / "main.py",
        routes=[*entry.routes(), *routes(door.cockpit, START)],
        middleware=middleware(door.cockpit, site, sitemap.NAMES, sitemap.DEFAULT, usual, platform.inline_scripts()),
        lifespan=lifespan,
        on_script_error=show_failure,
    )
except CockpitError as unusable:
    sys.exit(say(unusable))


def refuse_open(address: str) -> None:
    """UsageError where others could reach the server before there is an administrator."""
    refuse_open_address(address, is_loopback(address) or administrator_known(settings()))


def main() -> int:
    """Serve on ``http://127.0.0.1:8501``, or on the port that PORT names."""
    try:
        port = os.environ.get("PORT", "8501")
        if not port.isdigit() or not 1 <= int(port) <= 65535:
            raise UsageError("port_not_readable", value=port)
        address = os.environ.get("STREAMLIT_SERVER_ADDRESS") or settings().address
        refuse_open(address)
        with service(int(port)):  # before the server starts: what is wrong here is said in a sentence
            served = {"server.port": int(port), "server.address": address, "server.allowedHosts": hosts(address)}
            app.run(config={**served, **PROTECTED})
    except CockpitError as error:
        return say(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
if address := st.get_option("server.address"):  # served by somebody else's hand: say it before the start, not in it
    try:
        refuse_open(address)
        for name, value in {"server.allowedHosts": hosts(address), **PROTECTED}.items():
            config.set_option(name, value)
        caller.refuse_second(settings().home)
    except CockpitError as refused:
        sys.exit(say(refused))
