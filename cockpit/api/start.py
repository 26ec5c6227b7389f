"""The first start: the sample company is loaded behind the pages' back, and readiness waits for it."""

from __future__ import annotations

import logging
import threading

from cockpit.errors import CockpitError
from cockpit.service import Cockpit
from cockpit.service.requests import Actor

LOG = logging.getLogger(__name__)
PATIENCE = 20.0  # seconds a stop waits for a load that is under way


class Start:
    """Loads the sample in a thread where nothing was delivered; knows whether that went wrong."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self.failed: str | None = None

    def begin(self, cockpit: Cockpit, actor: Actor) -> None:
        """Start loading where the cockpit is empty; returns at once."""
        if cockpit.deliveries(actor, None):
            return
        self._thread = threading.Thread(target=self._load, args=(cockpit, actor), name="sample", daemon=True)
        self._thread.start()

    def _load(self, cockpit: Cockpit, actor: Actor) -> None:
        try:
            cockpit.demo(actor, False)
        except CockpitError as error:
            self.failed = error.code
            if error.code != "sample_not_here":
                LOG.error("the sample company could not be loaded: %s", error)
        except Exception:
            self.failed = "unexpected"
            LOG.exception("the sample company could not be loaded")

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Let a load that is under way finish; it is whole or not at all either way."""
        if self._thread is not None:
            self._thread.join(seconds)
