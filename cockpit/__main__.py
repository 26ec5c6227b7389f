"""`python -m cockpit`: hands the sources and the sample to the command line, and finds who owns the warehouse."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as long as nothing is open an interruption just ends the process

from cockpit.api import caller
from cockpit.api.wire import Call, Screen
from cockpit.cli import Answered, Desk, main, screen
from cockpit.errors import SystemFailure
from cockpit.locale import t
from cockpit.service import Cockpit
from cockpit.settings import settings
from connectors import CONNECTORS
from sample_data import SAMPLE


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


if __name__ == "__main__":
    for stop in (signal.SIGINT, signal.SIGTERM):  # a stop from outside ends like Ctrl-C
        signal.signal(stop, signal.default_int_handler)
    status = command(sys.argv[1:])
    for stop in (signal.SIGINT, signal.SIGTERM):  # the answer is given; what is left takes no time
        signal.signal(stop, signal.SIG_IGN)
    sys.exit(status)
