"""The first start: the sample company is loaded behind the pages' back, and readiness waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from cockpit.errors import CockpitError
from cockpit.service import Cockpit
from cockpit.service.requests import Actor

LOG = logging.getLogger(__name__)
PATIENCE = 20.0  # seconds a stop waits for a load that is under way


class Start:
    """Loads the sample in a thread where nothing was delivered, then warms; knows whether that went wrong."""

    def __init__(self, warm: Callable[[Cockpit, Actor], None] | None = None) -> None:
        self._warm = warm
        self._thread: threading.Thread | None = None
        self.failed: str | None = None

    def begin(self, cockpit: Cockpit, actor: Actor) -> None:
        """Start the work; returns at once."""
        self._thread = threading.Thread(target=self._work, args=(cockpit, actor), name="start", daemon=True)
        self._thread.start()

    def _work(self, cockpit: Cockpit, actor: Actor) -> None:
        try:
            if not cockpit.deliveries(actor, None):
                cockpit.demo(actor, False)
            if self._warm is not None:
                self._warm(cockpit, actor)
        except CockpitError as error:
            self.failed = error.code
            LOG.error("the first start is not complete: %s", error)
        except Exception:
            self.failed = "unexpected"
            LOG.exception("the first start is not complete")

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Let a load that is under way finish; it is whole or not at all either way."""
        if self._thread is not None:
            self._thread.join(seconds)
