"""The one open service of this process, and who is asking."""

from __future__ import annotations

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language
from cockpit.scope import Scope
from cockpit.service import Cockpit
from cockpit.service.requests import Actor
from cockpit.ui.ink import ink
from cockpit.ui.memo import MEMO
from cockpit.ui.session import session
from cockpit.ui.sitemap import OWN
from cockpit.ui.tree import h

NOBODY = Actor("nobody", Scope({"ledger": frozenset()}))  # whoever has no session: may nothing, sees nothing
LOGIN = "/auth/login"

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


def key() -> str | None:
    """The key of the session this browser came by, as the gate hands it in; None where there is none."""
    found = st.user.get("session")
    return found if isinstance(found, str) and found else None


def own() -> Actor:
    """Who is signed in; NOBODY without a session that holds."""
    service, held = cockpit(), key()
    found = None if service is None or held is None else service.entrance.actor(held)
    return NOBODY if found is None else found


def actor() -> Actor:
    """Who is asking: the one signed in, or the one through whose eyes they look."""
    who, eyes = own(), session().eyes
    return eyes if eyes is not None and eyes.behind == who.name and who.may("people") else who


def prefer(language: Language) -> None:
    """Remember a language for whoever is signed in; the invented people are many who share one account."""
    service, who = cockpit(), own()
    if service is not None and who.person is not None and not who.demo:
        service.entrance.prefer(who, language)


def show(theme: str) -> None:
    """Remember light, dark or neither for whoever is signed in, and load the page anew in it."""
    service, who = cockpit(), own()
    if service is not None:
        service.entrance.show(who, theme)
        session().reload = True


def allowed(who: Actor, page: str) -> bool:
    """Whether `who` may open the page of that name; the page about oneself is nobody else's."""
    if page == OWN:
        return who.person is not None and who.behind is None
    return who.may("page", page)


def leave() -> None:
    """Send the browser to the login page, which leads back here (at once where somebody is signed in); draw no more."""
    ink(h("div", "", leave=LOGIN), "leave")
    st.stop()


def enter() -> None:
    """Let in whoever has a session, and count this run as their activity."""
    service, held = cockpit(), key()
    if service is None:
        return
    if held is None or service.entrance.actor(held) is None:
        leave()
    else:
        service.entrance.touch(held)
        _look_anew(service)


def touch() -> None:
    """Count what is done in the browser alone, which runs no page, as activity too."""
    service, held = cockpit(), key()
    if service is not None and held is not None and own() is not NOBODY:
        service.entrance.touch(held)


def _look_anew(service: Cockpit) -> None:
    """Whose eyes an administrator looks through sees what they may see by now; nothing where they are gone."""
    memory, who = session(), own()
    if memory.eyes is None:
        return
    try:
        memory.eyes = service.people.look(who, memory.eyes)
    except CockpitError:
        memory.eyes = None


@st.fragment(run_every=5)
def watch() -> None:
    """Notice within seconds that the session ended elsewhere; looking is no activity."""
    if cockpit() is not None and own() is NOBODY:
        ink(h("div", "", leave=LOGIN), "left")
