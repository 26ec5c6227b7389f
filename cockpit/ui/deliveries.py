"""What came, what waits for a decision, and what can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service import Cockpit
from cockpit.service.reports import DeliveryView
from cockpit.service.results import TableView
from cockpit.ui import format as fmt
from cockpit.ui import rights, words
from cockpit.ui.context import Frame, known_tables
from cockpit.ui.door import actor
from cockpit.ui.ink import ink
from cockpit.ui.page_text import error_text, text
from cockpit.ui.report import part, status_chip
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h

SHOWN = 30
NAMED = 2  # tables of one delivery that are named
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def held(frame: Frame, cockpit: Cockpit) -> None:
    """Deliveries that wait for a person: what is odd about them, then accept or discard with a reason."""
    waiting = [one for one in cockpit.deliveries(actor(), None) if one.state == "held" and one.detailed]
    for one in waiting:
        with st.container(border=True, key=f"held-{one.id}"):
            ink(held_tree(one, frame.language), f"held-{one.id}-tree")
            refused = rights.not_handled(frame, "decide", one)
            if refused is None:
                _decide(frame, cockpit, one)
            else:
                ink(refused, f"held-{one.id}-refused")


def held_tree(one: DeliveryView, language: Language) -> Node:
    head = h("div", "top", h("h3", "", t("ui.held.title", language, number=one.id)), status_chip("held", language))
    when = t("ui.held.arrived", language, when=fmt.moment(one.arrived_at, language), ledger=one.ledger)
    return h("div", "report", head, h("div", "s", when), *(part(each, language) for each in one.parts))


def _decide(frame: Frame, cockpit: Cockpit, one: DeliveryView) -> None:
    reason = st.text_input(
        text(frame, "held.reason"),
        key=f"reason-{one.id}",
        placeholder=text(frame, "held.reason_hint"),
        label_visibility="collapsed",
        width=420,
    )
    with st.container(horizontal=True, gap="small"):
        accept = st.button(f"**{text(frame, 'held.accept')}**", icon=":material/check:", key=f"accept-{one.id}")
        apart = _same_numbers(one) and st.button(text(frame, "held.apart"), key=f"apart-{one.id}")
        discard = st.button(text(frame, "held.discard"), key=f"discard-{one.id}")
    if not accept and not apart and not discard:
        return
    if not reason.strip():
        st.warning(text(frame, "held.reason_missing"))
        return
    done = "held.discarded" if discard else "held.accepted"
    _act(
        frame,
        lambda: cockpit.decide(actor(), one.id, not discard, reason.strip(), apart=apart),
        text(frame, done, number=one.id),
    )


def _same_numbers(one: DeliveryView) -> bool:
    """Whether known document numbers come with another partner or day, which may be documents of their own."""
    return any(issue.code == "document_identity_differs" for part in one.parts for issue in part.issues)


def _act(frame: Frame, action: Callable[[], object], success: str) -> None:
    """Do it, remember what to say, and draw everything anew."""
    try:
        action()
    except CockpitError as error:
        session().outcome = ("error", error_text(frame, error))
    else:
        session().outcome = ("success", success)
    st.rerun()


def history(frame: Frame, cockpit: Cockpit) -> None:
    """All deliveries, newest first; one can be chosen to look at, download its rejects or undo it."""
    found = sorted(cockpit.deliveries(actor(), None), key=lambda one: -one.id)
    ink(
        h("div", "blk", h("h3", "", text(frame, "history.title")), h("div", "s", text(frame, "history.note"))),
        "history-head",
    )
    if not found:
        ink(h("div", "s", text(frame, "history.none")), "history-none")
        return
    ink(history_tree(found[:SHOWN], frame.language), "history", _choose)
    chosen = next((one for one in found if str(one.id) == session().modes.get("delivery")), None)
    if chosen is not None:
        _detail(frame, cockpit, chosen)


def _choose(click: str) -> None:
    memory = session()
    number = click.partition("/")[2]
    memory.modes["delivery"] = "" if memory.modes.get("delivery") == number else number


def history_tree(found: Sequence[DeliveryView], language: Language) -> Node:
    names = [("n", "number"), ("", "arrived"), ("", "files"), ("", "tables"), ("", "ledger")]
    names += [("n", "loaded"), ("n", "rejected"), ("n", "status")]
    head = h("tr", "", *(h("th", css, t(f"ui.history.{name}", language), scope="col") for css, name in names))
    return h(
        "div",
        "blk scroll",
        h("table", "", h("thead", "", head), h("tbody", "", *(_line(one, language) for one in found))),
    )


def _line(one: DeliveryView, language: Language) -> Node:
    files = list(dict.fromkeys(part.file for part in one.parts))
    named = (
        files[0]
        if len(files) == 1
        else t("ui.history.several", language, first=files[0] if files else "", count=len(files))
    )
    tables = fmt.listed((words.table(name, language) for name in one.tables[:NAMED]), language)
    if len(one.tables) > NAMED:
        tables = t("ui.history.several_tables", language, first=tables, count=len(one.tables))
    counts = [
        fmt.whole(sum(part.rows_loaded for part in one.parts)),
        fmt.whole(sum(p.rows_rejected for p in one.parts)),
    ]
    if not one.detailed:
        named, counts = t("scope.foreign_delivery", language), [fmt.ABSENT, fmt.ABSENT]
    return h(
        "tr",
        "",
        h("td", "n", str(one.id)),
        h("td", "", fmt.moment(one.arrived_at, language)),
        h("td", "name", named),
        h("td", "name", tables or fmt.ABSENT),
        h("td", "nw", one.ledger),
        *(h("td", "n", count) for count in counts),
        h("td", "n", status_chip(shown_status(one), language)),
        go=f"delivery/{one.id}",
    )


def shown_status(one: DeliveryView) -> str:
    """While a delivery counts, how it went; afterwards that it no longer does."""
    return one.status if one.state == "active" else one.state


def _detail(frame: Frame, cockpit: Cockpit, one: DeliveryView) -> None:
    tree = h(
        "div",
        "report",
        h("h3", "", text(frame, "history.detail", number=one.id)),
        None if one.detailed else h("div", "s", t("scope.foreign_delivery", frame.language)),
        *(part(p, frame.language) for p in one.parts),
    )
    with st.container(border=True, key="delivery"):
        ink(tree, f"delivery-{one.id}")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if one.open_rejects and _may_take_rejects(one):
                _rejects(frame, cockpit, one)
            refused = rights.not_handled(frame, "undo", one)
            if one.state == "active" and one.detailed and refused is None:
                _undo(frame, cockpit, one)
        if one.state == "active" and refused is not None:
            ink(refused, f"undo-{one.id}-refused")


def _may_take_rejects(one: DeliveryView) -> bool:
    """Rejected rows are shown as they came: to whoever brought them, and to whoever may see everything."""
    who = actor()
    limited = who.scope.rows_limited or who.scope.columns_limited
    return who.may("reject") and (one.actor == who.name or not limited)


def _rejects(frame: Frame, cockpit: Cockpit, one: DeliveryView) -> None:
    who = actor()  # the file is made when it is taken, where nobody knows whose page it was on

    def make() -> bytes:
        with cockpit.room("rejects") as folder:
            path = folder / "rejects.xlsx"
            cockpit.rejects(who, one.id, path, frame.language)
            return path.read_bytes()

    st.download_button(
        text(frame, "history.rejects", count=fmt.whole(one.open_rejects)),
        data=make,
        file_name=text(frame, "history.rejects_file", number=one.id),
        mime=XLSX,
        key=f"rejects-{one.id}",
        icon=":material/download:",
        on_click="ignore",
    )


def _undo(frame: Frame, cockpit: Cockpit, one: DeliveryView) -> None:
    """Two clicks: the first says what will happen."""
    with st.popover(text(frame, "history.undo"), icon=":material/undo:", key=f"undo-ask-{one.id}"):
        ink(h("p", "", text(frame, "history.undo_what", number=one.id)), f"undo-what-{one.id}")
        if st.button(f"**{text(frame, 'history.undo_confirm')}**", key=f"undo-{one.id}"):
            done = text(frame, "history.undone", number=one.id)
            _act(frame, lambda: cockpit.undo(actor(), one.id), done)


def freshness(frame: Frame, cockpit: Cockpit) -> None:
    """Per table: how many rows are current, from which day to which."""
    ledger = "" if frame.ledger is None else frame.ledger.name
    ink(freshness_tree(known_tables(cockpit), ledger, frame), "freshness")


def freshness_tree(tables: Sequence[TableView], ledger: str, frame: Frame) -> Node:
    """Tables with rows by newest day first, then those that still wait for their first file."""
    language = frame.language
    newest = {one.name: one.days[ledger][1].toordinal() for one in tables if ledger in one.days}
    ordered = sorted(tables, key=lambda one: (not one.rows.get(ledger), -newest.get(one.name, 0)))
    names = (("", "table"), ("n", "rows"), ("", "first_day"), ("", "last_day"))
    head = h("tr", "", *(h("th", css, t(f"ui.freshness.{name}", language), scope="col") for css, name in names))
    lines = []
    for one in ordered:
        rows = one.rows.get(ledger, 0)
        first, last = one.days.get(ledger, (None, None))
        waits = f"○ {t('ui.level.not_loaded', language)}"
        cells = [h("td", "", words.table(one.name, language))]
        cells += [h("td", "n", fmt.whole(rows)) if rows else h("td", "n soft", waits)]
        cells += [h("td", "nw", fmt.day(first, language)), h("td", "nw", fmt.day(last, language))]
        lines.append(h("tr", "", *cells))
    title = h("h3", "", text(frame, "freshness.title"))
    table = h("table", "", h("thead", "", head), h("tbody", "", *lines))
    return h("div", "blk scroll", title, h("div", "s", text(frame, "freshness.note")), table)
