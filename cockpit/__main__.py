"""`python -m cockpit`: hands the sources and the sample to the command line, and finds who owns the warehouse."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from cockpit.intake import sandbox

STARTED = __name__ == "__main__"
LOADS = STARTED and sys.argv[1:2] == ["load"]

if STARTED:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as long as nothing is open an interruption just ends the process
    gc.disable()  # what is imported stays
if LOADS:
    sandbox.shared().prepare()  # gets ready while this process imports the rest

from cockpit.api import place  # noqa: E402
from cockpit.errors import CockpitError, SystemFailure  # noqa: E402
from cockpit.settings import settings, spool_of  # noqa: E402
from connectors import CONNECTORS  # noqa: E402


def read_ahead(words: Sequence[str]) -> None:
    """Begin to read the first file of a load, before the command line is understood and the warehouse open.

    What is wrong with the words, the file or the settings is said where they are used. Beside an owner nothing is read:
    it does so itself.
    """
    with suppress(CockpitError, OSError):
        home = settings().home
        file = next((path for word in words if (path := Path(word)).is_file()), None)
        if file is not None and not place.socket_file(home).exists() and not place.ticket_file(home).exists():
            none: Mapping[str, object] = {}
            readers = [(f"{one.__module__}:{one.__qualname__}", none) for one in CONNECTORS if one.files]
            sandbox.shared().read_ahead(file, readers, spool_of(home))


if LOADS:
    read_ahead(sys.argv[2:])

from cockpit.api import caller  # noqa: E402
from cockpit.api.wire import Call, Screen  # noqa: E402
from cockpit.cli import Answered, Desk, main, screen  # noqa: E402
from cockpit.locale import t  # noqa: E402
from cockpit.service import Cockpit  # noqa: E402
from sample_data import SAMPLE  # noqa: E402

if STARTED:
    gc.enable()


def command(arguments: Sequence[str]) -> int:
    """Run a command line here, or in the server that owns the warehouse; its exit status."""

    @contextmanager
    def door(desk: Desk) -> Iterator[Cockpit]:
        def ask() -> None:
            with caller.link(settings().home) as owner:
                if owner is None:
                    return
                call = Call(
                    proof="",
                    arguments=list(arguments),
                    folder=str(desk.folder),
                    language=desk.language,
                    out=Screen.model_validate(screen(desk.out)),
                    err=Screen.model_validate(screen(desk.err)),
                    piped=desk.piped,
                )
                status = owner.call(call, desk.out.file, desk.err.file)
            if status is not None:
                raise Answered(status)

        def waits(held: SystemFailure) -> None:
            minutes = caller.COMMAND_SECONDS // 60
            text = t("api.command_waits", desk.language, minutes=minutes, **held.params)
            desk.err.print(text, soft_wrap=True, markup=False)

        with caller.when_free(
            lambda: Cockpit.open(settings(), desk.connectors, desk.sample), ask, waits, caller.COMMAND_SECONDS
        ) as cockpit:
            yield cockpit

    return main(arguments, CONNECTORS, SAMPLE, door)


def end(status: int) -> NoReturn:
    """End this process, with all that is registered for its end.

    To take apart what was imported, piece by piece, would take longer than many a command.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads the answer any more: that is for the interpreter to say
        sys.exit(status)
    atexit._run_exitfuncs()
    os._exit(status)


if __name__ == "__main__":
    for stop in (signal.SIGINT, signal.SIGTERM):  # a stop from outside ends like Ctrl-C
        signal.signal(stop, signal.default_int_handler)
    status = command(sys.argv[1:])
    for stop in (signal.SIGINT, signal.SIGTERM):  # the answer is given; what is left takes no time
        signal.signal(stop, signal.SIG_IGN)
    end(status)
