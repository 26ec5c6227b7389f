"""审计: who did what, when and to what; searched, exported, and proven to be whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from cockpit.locale import Language, catalogue
from cockpit.service.persons import AuditView
from cockpit.settings import settings
from cockpit.ui import export, selects
from cockpit.ui import format as fmt
from cockpit.ui.admin import sayings
from cockpit.ui.admin.office import Office, local
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h

SHOWN = 200
MOST_EXPORTED = 100_000
PERIODS = ("today", "week", "month", "year", "all", "days")
_BACK = {"today": 0, "week": 6, "month": 29, "year": 364}
COLUMNS = ("seq", "at", "actor", "action", "resource", "detail")
ALL = ""
_EVENT = "ui.audit."


@dataclass(frozen=True)
class Wanted:
    """What is looked for; `since` (inclusive) and `until` (exclusive) are ISO instants in UTC, empty without limit."""

    text: str = ""
    actor: str = ""
    action: str = ""
    since: str = ""
    until: str = ""


def trail(office: Office) -> None:
    """The search, what it found, and beside it export and proof."""
    wanted = _search(office)
    found = office.cockpit.people.audit(
        office.who, wanted.text, wanted.actor, wanted.action, wanted.since, wanted.until, SHOWN + 1
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="trail-actions"):
        for kind in export.KINDS if office.who.may("export") else ():
            _export(office, kind, wanted, disabled=not found)
        verify = st.button(office.text("trail.verify"), icon=":material/verified_user:", key="trail-verify")
    if verify:
        with st.spinner(office.text("trail.verifying")):
            ink(verdict(office), "trail-verdict")
    ink(listing(office, found), "trail")


def _search(office: Office) -> Wanted:
    """Text, who, what and when."""
    events = {name.removeprefix(_EVENT): text for name, text in catalogue(office.language).items() if _is_event(name)}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="trail-search"):
        hint = office.text("trail.search")
        text = st.text_input(hint, key="trail-text", placeholder=hint, label_visibility="collapsed", width=240)
        who = office.text("trail.by")
        actor = st.text_input(who, key="trail-actor", placeholder=who, label_visibility="collapsed", width=150)
        action = selects.one(
            office.text("trail.action"),
            [ALL, *sorted(events, key=events.__getitem__)],
            "trail-action",
            lambda name: events.get(name, office.text("trail.every_action")),
            ALL,
            label_visibility="collapsed",
            width=180,
        )
        period = selects.one(
            office.text("trail.period"),
            PERIODS,
            "trail-period",
            lambda name: office.text(f"trail.in.{name}"),
            "month",
            label_visibility="collapsed",
            width=150,
        )
        today = datetime.now(ZoneInfo(settings().timezone)).date()
        first, last = _days(office, today) if period == "days" else back(period, today)
    since, until = instants(first, last, settings().timezone)
    return Wanted((text or "").strip(), (actor or "").strip(), action or ALL, since, until)


def _is_event(name: str) -> bool:
    return name.startswith(_EVENT) and "." not in name.removeprefix(_EVENT)


def _days(office: Office, today: date) -> tuple[date | None, date | None]:
    """From one day to another, both counted."""
    chosen = st.date_input(
        office.text("trail.days"),
        value=(today - timedelta(days=29), today),
        key="trail-days",
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=230,
    )
    days = [chosen] if isinstance(chosen, date) else list(chosen)
    return (days[0], days[-1]) if days else (None, None)


def back(period: str, today: date) -> tuple[date | None, date | None]:
    """First and last day of a period that ends today; None without limit."""
    return (today - timedelta(days=_BACK[period]), today) if period in _BACK else (None, None)


def instants(first: date | None, last: date | None, timezone: str) -> tuple[str, str]:
    """Whole days of the wall clock as instants the trail can be asked for."""
    zone = ZoneInfo(timezone)
    since = "" if first is None else _utc(datetime.combine(first, time(), zone))
    return since, "" if last is None else _utc(datetime.combine(last + timedelta(days=1), time(), zone))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def listing(office: Office, found: Sequence[AuditView]) -> Node:
    """The newest entries, their details in words."""
    if not found:
        return h("div", "empty", h("p", "", office.text("trail.none")))
    key = "trail.first" if len(found) > SHOWN else "trail.count"
    head = h("tr", "", *(_head(office, name) for name in COLUMNS))
    lines = [_line(one, office.language) for one in found[:SHOWN]]
    table = h("table", "", h("thead", "", head), h("tbody", "", *lines))
    count = office.text(key, count=fmt.whole(min(SHOWN, len(found))))
    return h("div", "blk", h("div", "s", count), h("div", "scroll stack", table))


def _head(office: Office, name: str) -> Node:
    return h("th", "n" if name == "seq" else "", office.text(f"trail.{name}"), scope="col")


def _line(one: AuditView, language: Language) -> Node:
    told = sayings.detail(one.detail, language)
    return h(
        "tr",
        "",
        h("td", "n soft", str(one.seq)),
        h("td", "nw", f"{fmt.moment(local(one.at), language)}:{local(one.at):%S}"),
        h("td", "name", one.actor),
        h("td", "nw", sayings.event(one.action, language)),
        h("td", "name", sayings.resource(one.resource, language) or fmt.ABSENT),
        h("td", "name wide" if told else "aside", told or fmt.ABSENT),
    )


def _export(office: Office, kind: str, wanted: Wanted, *, disabled: bool) -> None:
    """Everything that fits, not only what is shown; that it was taken out is itself written down."""
    who, language = office.who, office.language

    def make() -> bytes:
        found = office.cockpit.people.audit(
            who, wanted.text, wanted.actor, wanted.action, wanted.since, wanted.until, MOST_EXPORTED
        )
        office.cockpit.exported(who, "audit", {"rows": len(found), "kind": kind})
        facts = {
            office.text("trail.entries"): fmt.whole(len(found)),
            office.text("trail.about"): _asked(office, wanted),
        }
        sheet, about = office.text("part.audit"), office.text("trail.about_sheet")
        return export.maker(kind, frame(found, language), facts, sheet, about)()

    st.download_button(
        office.text(f"trail.{kind}"),
        data=make,
        file_name=export.file_name((office.text("part.audit"), f"{datetime.now(UTC):%Y%m%d}"), kind),
        mime=export.MIME[kind],
        key=f"trail-{kind}",
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
    )


def _asked(office: Office, wanted: Wanted) -> str:
    parts = [wanted.text, wanted.actor, sayings.event(wanted.action, office.language) if wanted.action else ""]
    parts += [wanted.since and f"≥ {wanted.since}", wanted.until and f"< {wanted.until}"]
    return fmt.join(parts, office.language) or fmt.ABSENT


def frame(found: Sequence[AuditView], language: Language) -> pd.DataFrame:
    """The entries as a table: instants with offset, codes and details both as sealed and in words."""
    columns = ["seq", "at", "actor", "action", "event", "resource", "detail", "sealed"]
    rows = [
        [
            one.seq,
            local(one.at).isoformat(timespec="seconds"),
            one.actor,
            one.action,
            sayings.event(one.action, language),
            one.resource,
            sayings.detail(one.detail, language),
            one.detail,
        ]
        for one in found
    ]
    return pd.DataFrame(rows, columns=columns)


def verdict(office: Office) -> Node:
    """Whether the trail holds, and where it does not."""
    report = office.cockpit.people.verify_audit(office.who)
    count = fmt.whole(report.entries)
    if report.holds:
        return h("div", "note good", h("b", "", f"▲ {office.text('trail.holds', count=count)}"))
    broken = fmt.ABSENT if report.broken is None else fmt.whole(report.broken)
    said = office.text(f"trail.broken.{report.why}", entry=broken, count=count)
    return h("div", "note bad", h("b", "", f"● {said}"), h("p", "", office.text("trail.broken_cure")))
