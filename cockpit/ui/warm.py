"""What would cost the first visitor seconds, done before anyone comes: imports, and the newest month's figures."""

from __future__ import annotations

import importlib
import logging

from cockpit.errors import CockpitError
from cockpit.service import Cockpit
from cockpit.service.requests import Actor, CardRequest

LOG = logging.getLogger(__name__)
_NEEDED = (
    "cockpit.ui.account",
    "cockpit.ui.admin.desk",
    "pandas",
    "pyarrow",
    "openpyxl",
    "cockpit.ui.blocks",
    "cockpit.ui.breakdown",
    "cockpit.ui.deliveries",
    "cockpit.ui.dictionary",
    "cockpit.ui.document",
    "cockpit.ui.documents",
    "cockpit.ui.help",
    "cockpit.ui.meeting",
    "cockpit.ui.page",
    "cockpit.ui.trend",
    "cockpit.ui.upload",
)


def imports() -> None:
    """Load them; once is enough for the process."""
    for name in _NEEDED:
        importlib.import_module(name)


def figures(cockpit: Cockpit, actor: Actor) -> None:
    """Ask for the newest month's cards once, so that their statements are compiled, and have the warnings judged."""
    ledger = cockpit.default_ledger(actor)
    if ledger is None:
        return
    try:
        start, end = cockpit.shown_period(actor, ledger)
        request = CardRequest(ledger, start, end)
        steering = [one.name for one in cockpit.dictionary(actor, "zh_CN") if one.importance != "O"]
        cockpit.cards(actor, steering, request, "zh_CN")
        cockpit.alerts_known(actor, ledger, {}, "zh_CN")
    except CockpitError as error:  # the pages will say it to whoever asks
        LOG.warning("figures could not be warmed: %s", error)
