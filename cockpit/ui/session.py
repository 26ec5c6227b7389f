"""What one browser tab remembers between clicks, with types; nothing else of ours lies in the session state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from cockpit.locale import Language
from cockpit.service.persons import PersonView, RoleView
from cockpit.service.requests import Actor
from cockpit.ui.filters import Filters
from cockpit.ui.jobs import LoadJob

_KEY = "cockpit"


@dataclass
class Desk:
    """What lies open on the administration page: a person or role being edited, and how it stood when it was opened.

    `person` 0 is one who is being added; a `role` that is being made stands in `draft`. `revision` is what a change
    goes back with: that of `base`, or of what somebody else made of it meanwhile, which `others` says. `dimensions`
    are those that have a line in a form of scopes, by form.
    """

    person: int | None = None
    base: PersonView | None = None
    revision: int | None = None
    others: tuple[str, ...] = ()
    role: str | None = None
    draft: RoleView | None = None
    dimensions: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Session:
    """`modes` holds for each block whether it shows chart, data or export; `basis` the metric and
    `help` the page to explain next, `tour` the step of the tour they are at, None before it was asked for.

    `pages` are this run's pages by name, `start` the one at the root; `outcome` is what the last action wants to say
    on the next run. `greeted` tells that the account was asked for its language, `reload` that the
    browser is to load the page anew. `eyes` are whose eyes an administrator
    looks through; `denied` is the page that was refused last, so that it is written down once. `link` is a one-time
    link that is shown once.
    """

    language: Language | None = None
    greeted: bool = False
    reload: bool = False
    filters: Filters | None = None
    modes: dict[str, str] = field(default_factory=dict)
    basis: str | None = None
    help: str | None = None
    tour: str | None = None
    job: LoadJob | None = None
    outcome: tuple[str, str] | None = None
    uploads: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    start: Any = None
    eyes: Actor | None = None
    denied: str | None = None
    link: tuple[int, str] | None = None
    admin: Desk = field(default_factory=Desk)


def session() -> Session:
    """This tab's memory."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return cast(Session, st.session_state[_KEY])
