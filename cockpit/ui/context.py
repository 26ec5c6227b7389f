"""One run's frame: language, ledger and filters, worked out from address, memory and data in one place."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cockpit.locale import Language
from cockpit.service import Cockpit
from cockpit.service.results import LedgerView, TableView
from cockpit.settings import settings
from cockpit.ui import door
from cockpit.ui.choice import resolve
from cockpit.ui.filters import LANGUAGE, Filters
from cockpit.ui.language import choose, recognise
from cockpit.ui.memo import MEMO
from cockpit.ui.session import session


@dataclass(frozen=True)
class Frame:
    """`cockpit` is None while the server starts; `ledger` and `filters` are None before the first delivery."""

    cockpit: Cockpit | None
    language: Language
    ledger: LedgerView | None
    filters: Filters | None


def language() -> Language:
    """The reader's language; one named by the address is remembered for the tab."""
    memory, named = session(), st.query_params.get(LANGUAGE)
    if memory.language is None and not memory.greeted:
        memory.language = _saved()
    found = choose(named, memory.language, st.context.locale, settings().language)
    if named is not None:
        memory.language = found
    return found


def _saved() -> Language | None:
    """What the person chose for themselves."""
    service, who = door.cockpit(), door.own()
    if service is None or who.person is None:
        return None
    session().greeted = True
    return recognise(service.entrance.preference(who))


def frame() -> Frame:
    """The frame of this run; what the address says is remembered, so that it survives a page change."""
    cockpit, actor, memory, spoken = door.cockpit(), door.actor(), session(), language()
    if cockpit is None:
        return Frame(None, spoken, None, None)
    ledgers = [one for one in cockpit.ledgers(actor) if one.deliveries]
    filters = resolve(
        st.query_params.to_dict(),
        memory.filters,
        ledgers,
        cockpit.default_ledger(actor),
        lambda ledger: cockpit.shown_period(actor, ledger),
    )
    memory.filters = filters
    shown = next((one for one in ledgers if filters is not None and one.name == filters.ledger), None)
    return Frame(cockpit, spoken, shown, filters)


def known_tables(cockpit: Cockpit) -> list[TableView]:
    """The canonical tables and how many rows are current."""
    who = door.actor()
    return MEMO.get(("tables", cockpit.version(), who.sight), lambda: cockpit.tables(who))


def has_data() -> bool:
    """Whether something was delivered meanwhile."""
    cockpit = door.cockpit()
    return cockpit is not None and any(one.deliveries for one in cockpit.ledgers(door.actor()))
