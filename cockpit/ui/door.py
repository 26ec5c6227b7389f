"""The one open service of this process, and who is asking."""

from __future__ import annotations

from cockpit.service import Cockpit
from cockpit.service.requests import LOCAL_ADMINISTRATOR, Actor
from cockpit.ui.memo import MEMO

_open: dict[str, Cockpit] = {}


def use(cockpit: Cockpit | None) -> None:
    """Give the pages their service; None takes it away again. The server calls it once, tests per service."""
    _open.clear()
    MEMO.clear()
    if cockpit is not None:
        _open["cockpit"] = cockpit


def cockpit() -> Cockpit | None:
    """The open service; None while the server is still starting or already stopping."""
    return _open.get("cockpit")


def actor() -> Actor:
    """Who is asking: the local administrator, as long as no login exists."""
    return LOCAL_ADMINISTRATOR


def allowed(who: Actor, page: str) -> bool:
    """Whether `who` may open the page of that name. Without login whoever reaches the machine may open all."""
    return who == LOCAL_ADMINISTRATOR and bool(page)
