"""A tour of five steps for whoever meets the cockpit for the first time, on the sample company."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service import Cockpit
from cockpit.service.entrance import TOUR_OVER
from cockpit.ui import documents, door, navigate
from cockpit.ui.cards import Ask
from cockpit.ui.context import Frame
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

LOG = logging.getLogger(__name__)
STEPS = ("overview", "alerts", "document", "dictionary", "data")  # each is about the page of its name
METRIC = "approval_cycle_time"  # the one whose document and entry are shown
_WALL = "meeting"  # has no room for anything else


def possible(frame: Frame) -> bool:
    """Whether there is a sample company to be led through, for somebody who acts for themselves."""
    shown = frame.cockpit is not None and frame.ledger is not None and frame.ledger.sample
    return shown and session().eyes is None and door.own() is not door.NOBODY


def panel(frame: Frame, here: str) -> None:
    """The step they are at, above the page `here`; nothing once they ended it."""
    if frame.cockpit is None or not possible(frame) or here == _WALL:
        return
    steps, step = mine(), _at(frame.cockpit)
    if step == TOUR_OVER or not steps:
        return
    at = step if step in steps else steps[0]
    ink(tree(steps, at, here, frame.language), "tour", lambda click: follow(frame, click))


def mine() -> list[str]:
    """The steps about pages that are open to whoever looks."""
    who = door.actor()
    return [step for step in STEPS if door.allowed(who, step)]


def tree(steps: Sequence[str], at: str, here: str, language: Language) -> Node:
    """Which step it is, what it says, the way to the place it speaks of, and on or out."""
    number = steps.index(at)

    def act(key: str, *parts: str, css: str = "link") -> Node:
        return h("span", css, t(f"ui.tour.{key}", language), go=navigate.target("tour", *parts))

    last = number + 1 == len(steps)
    onward = act("end", TOUR_OVER, css="push") if last else act("next", steps[number + 1], css="push")
    place = None if at == here else act(f"{at}.way", "place", at)
    count = t("ui.tour.count", language, number=number + 1, count=len(steps))
    return h(
        "div",
        "tour",
        h("div", "top", h("span", "s", count), h("b", "", t(f"ui.tour.{at}.title", language))),
        h("p", "", t(f"ui.tour.{at}.text", language)),
        h(
            "div",
            "ways",
            place,
            act("back", steps[number - 1]) if number else None,
            onward,
            None if last else act("skip", TOUR_OVER),
        ),
        role="region",
        aria_label=t("ui.tour.name", language),
    )


def begin(frame: Frame) -> None:
    """Start again, at the first place."""
    steps = mine()
    if steps:
        _go(frame, steps[0])
        navigate.to_page(steps[0])


def follow(frame: Frame, click: str) -> None:
    """Do what a click in the panel asks for."""
    kind, _, rest = click.partition("/")
    if kind != "tour":
        navigate.follow(click)
    elif rest == "begin":
        begin(frame)
    elif rest.startswith("place/"):
        _lead(frame, rest.removeprefix("place/"))
    elif rest == TOUR_OVER or rest in STEPS:
        _go(frame, rest)


def _at(cockpit: Cockpit) -> str:
    """The step of this person, asked once for each tab."""
    memory = session()
    if memory.tour is None:
        memory.tour = cockpit.entrance.tour(door.own())
    return memory.tour


def _go(frame: Frame, step: str) -> None:
    """On to a step, or out; where it cannot be written down, this tab knows it all the same."""
    session().tour = step
    if frame.cockpit is None:
        return
    try:
        frame.cockpit.entrance.lead(door.own(), step)
    except CockpitError as error:
        LOG.warning("the step of the tour was not kept: %s", error)


def _lead(frame: Frame, step: str) -> None:
    """To the place a step speaks of: a document of the shown month, an entry of the dictionary, or a page."""
    may = door.actor().may("metric", METRIC)
    if step == "document":
        document = _document(frame) if may else None
        if document is None:
            navigate.to_page("procurement")
        else:
            navigate.follow(navigate.target("document", "procurement", *document))
    elif step == "dictionary" and may:
        navigate.follow(navigate.target("entry", METRIC))
    elif step in STEPS:
        navigate.to_page(step)


def _document(frame: Frame) -> tuple[str, str] | None:
    """(table, document) of the first document behind the metric; None where there is none they may see."""
    if frame.cockpit is None or frame.ledger is None or frame.filters is None:
        return None
    view = View(frame.cockpit, door.actor(), frame.language, "procurement", frame.ledger, frame.filters)
    try:
        rows = documents.ordered(view.drill(Ask(METRIC), documents.FETCHED).rows)
    except CockpitError:
        return None
    return (rows[0].table, rows[0].document) if rows else None
