"""What every part of the administration page works with: the service, who administers, language and wall time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service import Cockpit
from cockpit.service.requests import Actor
from cockpit.settings import settings
from cockpit.ui import door
from cockpit.ui import format as fmt
from cockpit.ui.refusals import told
from cockpit.ui.session import Desk, session


@dataclass(frozen=True)
class Office:
    """`who` is asked afresh each time: a click that comes after rights were lost finds them lost."""

    cockpit: Cockpit
    language: Language

    @property
    def who(self) -> Actor:
        """Who administers."""
        return door.actor()

    @property
    def desk(self) -> Desk:
        """What lies open."""
        return session().admin

    def text(self, key: str, **params: object) -> str:
        """A text of this page."""
        return t(f"ui.admin.{key}", self.language, **params)

    def error(self, error: CockpitError) -> str:
        """What happened, in the reader's words."""
        return told(error, self.language)

    def moment(self, instant: datetime | None) -> str:
        """An instant on the wall clock of the installation."""
        return fmt.ABSENT if instant is None else fmt.moment(local(instant), self.language)

    def act(self, action: Callable[[], object], success: str, after: Callable[[], None] | None = None) -> None:
        """Do it, remember what to say, and draw everything anew; `after` follows where it was done."""
        try:
            action()
        except CockpitError as error:
            session().outcome = ("error", self.error(error))
        else:
            session().outcome = ("success", success)
            if after is not None:
                after()
        st.rerun()


def local(instant: datetime) -> datetime:
    """The same instant in the installation's time zone."""
    return instant.astimezone(ZoneInfo(settings().timezone))
