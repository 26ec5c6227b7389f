"""What a reader may not do here, said with who can; what is not theirs is not offered."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.locale import Language, t
from cockpit.service.reports import DeliveryView
from cockpit.service.results import TableView
from cockpit.ui import format as fmt
from cockpit.ui import words
from cockpit.ui.context import Frame, known_tables
from cockpit.ui.door import actor
from cockpit.ui.tree import Node, h

SETUP = "/auth/setup"


def deliverable(tables: Sequence[TableView]) -> list[str]:
    """The tables the reader may bring rows of."""
    who = actor()
    return [table.name for table in tables if who.may("deliver", table.name)]


def no_delivery(frame: Frame) -> Node | None:
    """Why nothing can be delivered; None where something can."""
    if actor().demo:
        return set_up_first(frame.language)
    if frame.cockpit is not None and not deliverable(known_tables(frame.cockpit)):
        return not_yours(frame, "deliver")
    return None


def limited_delivery(frame: Frame) -> Node | None:
    """Which tables the reader may bring, where those are not all."""
    known = [] if frame.cockpit is None else known_tables(frame.cockpit)
    mine = deliverable(known)
    if len(mine) == len(known):
        return None
    names = fmt.listed((words.table(name, frame.language) for name in mine), frame.language)
    return h("div", "s", t("ui.upload.yours", frame.language, tables=names))


def not_handled(frame: Frame, action: str, one: DeliveryView) -> Node | None:
    """Why the reader may not undo the delivery or decide on it; None where they may, as far as permissions go."""
    who, language = actor(), frame.language
    if not who.may(action):
        return not_yours(frame, action)
    foreign = next((name for name in one.tables if not who.may("deliver", name)), None)
    if foreign is None:
        return None
    told = h("b", "", f"○ {t('ui.state.not_allowed', language)}")
    table = words.table(foreign, language)
    why = t("error.delivery_tables_not_allowed", language, delivery=one.id, resource=table)
    return h("div", "empty", told, h("p", "", why))


def not_yours(frame: Frame, action: str) -> Node:
    """The permission that is missing, and the roles that have it."""
    language, who = frame.language, actor()
    name = t(f"grant.{action}", language)
    roles = [] if frame.cockpit is None else frame.cockpit.people.able(action, language)
    why = t("ui.state.not_yours" if who.behind is None else "ui.state.not_while_looking", language, action=name)
    able = t("ui.state.able", language, roles=fmt.listed(roles, language)) if roles and who.behind is None else ""
    told = h("b", "", f"○ {t('ui.state.not_allowed', language)}")
    return h("div", "empty", told, h("p", "", why), h("p", "", able) if able else None)


def set_up_first(language: Language) -> Node:
    """Invented people change nothing real: the way to the first real administrator."""
    told = h("b", "", f"○ {t('ui.state.not_allowed', language)}")
    link = h("p", "", h("a", "link", t("ui.state.set_up", language), href=SETUP))
    return h("div", "empty", told, h("p", "", t("ui.state.set_up_first", language)), link)
