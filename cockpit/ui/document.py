"""One document: its facts, its way through the approval, what it leads to, its lines and the rows it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.model.sensitive import groups_of
from cockpit.service.results import DocumentView, Related, Source, TimelineEvent
from cockpit.ui import blocks, guide, marks, navigate, patches, states, words
from cockpit.ui import format as fmt
from cockpit.ui.ink import ink
from cockpit.ui.navigate import follow
from cockpit.ui.sitemap import NAMES, TABLE_PAGES
from cockpit.ui.timeline import timeline
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

# Facts that say the most come first; the title already says what it is.
FACTS = (
    "amount_net",
    "amount_gross",
    "amount",
    "amount_band",
    "department",
    "supplier_name",
    "customer_name",
    "partner_name",
    "side",
    "document_date",
    "due_date",
    "submitted_at",
    "decided_at",
    "document_status",
    "state",
)
UNSAID = ("document_type", "document_no", "case_id", "ledger", "currency")  # said by the title or beside an amount
LINE_AMOUNTS = ("unit_price", "amount_net", "cost_amount")
MOST_FACTS = 6
MOST_LINES = 40
NUMERIC = ("quantity", "amount", "price", "rate", "cost", "value")


def show(view: View) -> None:
    """Draw the document the address names."""
    patches.apply(view.language)
    table, document = st.query_params.get("table", ""), st.query_params.get("document", "")
    try:
        found = view.cockpit.document(view.actor, table, document, view.language)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), "document-state", follow)
        return
    ink(h("div", "gap", way(view, found), head(found, view.language)), "head", follow)
    ink(facts_tree(found, view.language), "facts")
    if found.hidden or found.masked:
        ink(withheld(found, view.language), "withheld")
    _timeline(view, found)
    if found.related:
        ink(chain(found, view.page, view.language), "chain", follow)
    if not found.lines:
        _sources(view, found)
        return
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _lines(view, found)
    with right:
        _sources(view, found)


def _sources(view: View, found: DocumentView) -> None:
    if found.sources_shown:
        ink(sources_tree(found.sources, view.language), "sources")
    else:
        ink(h("div", "blk s", t("scope.sources_withheld", view.language)), "sources")


def withheld(found: DocumentView, language: Language) -> Node:
    """What the reader may not see of it, or not as it is: so that nobody takes it for missing."""
    said = []
    for key, columns in (("hidden_columns", found.hidden), ("masked_columns", found.masked)):
        groups = fmt.listed((t(f"column_group.{name}", language) for name in groups_of(frozenset(columns))), language)
        said += [t(f"scope.{key}", language, columns=groups)] if columns else []
    return h("div", "s", fmt.join(said, language))


def way(view: View, found: DocumentView) -> Node:
    """``全公司 › 采购审批 › 采购部 › CG-2026-1187``."""
    via = st.query_params.get("via", "")
    page = via if via in NAMES else TABLE_PAGES.get(found.table, "overview")
    steps = [h("span", "link", view.text("head.company"), go=navigate.target("page", "overview"))]
    if page != "overview":
        steps += [h("span", "", "›"), h("span", "link", view.text(f"page.{page}"), go=navigate.target("page", page))]
    for name, value in view.filters.where.items():
        step = h("span", "link", words.value(name, value, view.language), go=navigate.target("page", page))
        steps += [h("span", "", "›"), step]
    return h("div", "crumb", *steps, h("span", "", "›"), h("b", "", found.document_no or found.document))


def name_of(found: DocumentView, language: Language) -> str:
    kind = found.facts.get("document_type") or words.document_noun(found.table, language)
    return f"{kind} {found.document_no or ''}".strip()


def head(found: DocumentView, language: Language) -> Node:
    """What it is, its level, and its figure against target."""
    row = next(iter(found.metric_rows.values()), None)
    chip = marks.chip(row.level, language) if row is not None and row.level != "none" else None
    said = []
    for metric, figures in found.metric_rows.items():
        label = t(f"metric.{metric}.label", language)
        scale = fmt.scale_for([figures.value], "hours", language, clock="working")
        said.append(f"{label} {scale.number(figures.value)} {scale.unit}")
        if figures.target is not None:
            said.append(t("ui.strip.target", language, value=fmt.significant(figures.target)))
    title = h("h2", "", name_of(found, language))
    return h("div", "head", title, guide.sign("document", language), chip, h("span", "s", fmt.join(said, language)))


def facts_tree(found: DocumentView, language: Language) -> Node:
    """The facts people look for first, with their unit; of an approval also its first and last instant."""
    ends = first_and_last(found.events, language)
    names = [name for name in FACTS if found.facts.get(name) not in (None, "") or name in found.hidden]
    names += [n for n in found.facts if n not in (*FACTS, *UNSAID) and found.facts[n] not in (None, "")]
    cells = [
        h(
            "div",
            "",
            h("span", "", words.column(n, language, found.table)),
            h("b", "", t("scope.hidden", language) if n in found.hidden else fact(found.facts, n, language)),
        )
        for n in names[: MOST_FACTS - len(ends)]
    ]
    return h("div", "facts", *cells, *ends)


def first_and_last(events: Sequence[TimelineEvent], language: Language) -> list[Node]:
    """When the document was submitted and when somebody last acted on it."""
    submits = [event.acted_at for event in events if event.action == "submit" and event.acted_at]
    acts = [event.acted_at for event in events if event.acted_at]
    found = [("submitted", min(submits))] if submits else []
    found += [("last_act", max(acts))] if acts else []
    return [
        h(
            "div",
            "",
            h("span", "", t(f"ui.document.{name}", language)),
            h("b", "", fmt.weekday_moment(instant, language)),
        )
        for name, instant in found
    ]


def fact(facts: Mapping[str, Any], name: str, language: Language) -> str:
    """One fact with its unit; instants name their weekday."""
    value = facts[name]
    if name.startswith("amount") and isinstance(value, int | float | Decimal):
        return f"{fmt.exact(float(value), 2)} {fmt.currency_name(facts.get('currency'), language)}".strip()
    if isinstance(value, datetime):
        return fmt.weekday_moment(value, language)
    return words.cell(name, value, language)


def _timeline(view: View, found: DocumentView) -> None:
    picture = timeline(found.events, found.off_hours, view.ledger.now, view.language)
    if picture is None:
        return
    ink(timeline_head(found, view.language), "timeline-head")
    ink(picture, "timeline")
    said = sayings(found, view.language)
    if said is not None:
        ink(said, "timeline-said")


def timeline_head(found: DocumentView, language: Language) -> Node:
    instants = [i for event in found.events for i in (event.arrived_at, event.acted_at) if i is not None]
    when = t(
        "ui.block.from_to",
        language,
        first=fmt.day(min(instants).date(), language),
        last=fmt.day(max(instants).date(), language),
    )
    keys = (("ac", "waited"), ("py", "outside"), ("off", "nights"), ("we", "days_off"))
    legend = [h("span", "", h("span", f"k {css}"), t(f"ui.timeline.{name}", language)) for css, name in keys]
    return h(
        "div", "blk", h("h3", "", fmt.join([t("ui.timeline.title", language), when], language)), h("div", "lg", *legend)
    )


def sayings(found: DocumentView, language: Language) -> Node | None:
    """Where the waiting sat, and how much of the time around the clock counted."""
    waits = [event for event in found.events if event.working_hours]
    working = sum(event.working_hours or 0.0 for event in waits)
    if not waits or working <= 0:
        return None
    longest = max(waits, key=lambda event: event.working_hours or 0.0)
    share = (longest.working_hours or 0.0) / working
    name = longest.node or longest.activity or words.action(longest.action, language)
    first = h(
        "div",
        "",
        h("b", "", t("ui.timeline.longest", language, share=fmt.percent(share))),
        h(
            "div",
            "s",
            t("ui.timeline.longest_detail", language, name=name, hours=fmt.significant(longest.working_hours or 0)),
        ),
    )
    calendar = sum(event.calendar_hours or 0.0 for event in waits)
    second = h(
        "div",
        "",
        h(
            "b",
            "",
            t("ui.timeline.counted", language, calendar=fmt.significant(calendar), working=fmt.significant(working)),
        ),
        h("div", "s", t("ui.timeline.counted_detail", language)),
    )
    return h("div", "why two", first, second)


def chain(found: DocumentView, page: str, language: Language) -> Node:
    """This document and the ones it leads to or comes from, by day."""
    cards = [_related(one, language) for one in found.related]
    here = h(
        "div",
        "doc cur",
        h("div", "top", h("span", "s", words.document_noun(found.table, language))),
        h("b", "", found.document_no or ""),
        h("span", "s", t("ui.document.this", language)),
    )
    return h("div", "blk", h("h3", "", t("ui.document.related", language)), h("div", "chain", here, *cards))


def _related(one: Related, language: Language) -> Node:
    scale = fmt.scale_for([one.amount], "amount", language, currency=one.currency)
    amount = "" if one.amount is None else f"{scale.number(one.amount)} {scale.unit}".strip()
    if one.amount_hidden:
        amount = t("scope.hidden", language)
    return h(
        "div",
        "doc",
        h("div", "top", h("span", "s", words.document_noun(one.table, language))),
        h("b", "", one.document_no or fmt.ABSENT),
        h("span", "", amount),
        h("span", "s", "" if one.day is None else fmt.day(one.day, language)),
        go=navigate.target("document", "", one.table, one.document),
    )


def _lines(view: View, found: DocumentView) -> None:
    if not found.lines:
        return
    shown = columns_of(found)
    names = [words.column(name, view.language, found.table) for name in shown]
    unseen = t("scope.hidden", view.language)
    rows = [[unseen if n in found.hidden else _plain(line.get(n)) for n in shown] for line in found.lines]
    about = {
        view.text("column.document"): name_of(found, view.language),
        view.text("export.version"): str(view.cockpit.version()),
    }
    table = blocks.Table(name_of(found, view.language), names, rows, about)
    title = view.text("document.lines", count=fmt.whole(len(found.lines)))
    note = (
        view.text("block.first_rows", shown=MOST_LINES, count=len(found.lines)) if len(found.lines) > MOST_LINES else ""
    )
    blocks.block(view, "lines", title, note, table, lambda: _draw_lines(view, found))


def _draw_lines(view: View, found: DocumentView) -> None:
    ink(lines_tree(found, view.language), "lines")


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _is_number(name: str) -> bool:
    return any(part in name for part in NUMERIC) and not name.endswith(("_code", "_no"))


def lines_tree(found: DocumentView, language: Language) -> Node:
    """The lines with all digits; amounts are added where they are of one currency."""
    columns = columns_of(found)
    unseen = t("scope.hidden", language)
    css = {name: "n" if _is_number(name) else "nw" for name in columns}
    head = h(
        "tr",
        "",
        *(h("th", css[n].replace("nw", ""), words.column(n, language, found.table), scope="col") for n in columns),
    )
    body = [
        h(
            "tr",
            "",
            *(h("td", css[n], unseen if n in found.hidden else words.cell(n, line.get(n), language)) for n in columns),
        )
        for line in found.lines[:MOST_LINES]
    ]
    totals = totals_of(found)
    if totals:
        cells = [h("td", css[n], words.cell(n, totals[n], language) if n in totals else "") for n in columns]
        cells[0] = h("td", "", t("ui.block.total", language))
        body.append(h("tr", "tot", *cells))
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *body)))


def columns_of(found: DocumentView) -> tuple[str, ...]:
    """The columns of the lines, and those that lines have and the reader may not see."""
    return (*found.line_columns, *(name for name in LINE_AMOUNTS if name in found.hidden))


def totals_of(found: DocumentView) -> dict[str, float]:
    """Sums of the amount columns; none for a single line, mixed currencies or missing amounts."""
    if len(found.lines) < 2 or len({line.get("currency") for line in found.lines}) > 1:
        return {}
    sums = {}
    for name in found.line_columns[1:]:
        values = [line.get(name) for line in found.lines]
        if "amount" in name and name != "amount_band" and all(value is not None for value in values):
            sums[name] = float(sum(float(value) for value in values if value is not None))
    return sums


def sources_tree(sources: Sequence[Source], language: Language) -> Node:
    """Which rows of which file: file, sheet, lines, and the delivery that brought them."""
    names = (("", "table"), ("", "file"), ("", "sheet"), ("n", "line"), ("n", "delivery"))
    head = h("tr", "", *(h("th", css, t(f"ui.column.{name}", language), scope="col") for css, name in names))
    body = [
        h(
            "tr",
            "",
            h("td", "", words.table(table, language)),
            h("td", "", file),
            h("td", "", sheet or fmt.ABSENT),
            h("td", "n", lines),
            h("td", "n", str(delivery)),
        )
        for (table, file, sheet, delivery), lines in grouped(sources)
    ]
    title = h("h3", "", t("ui.document.sources", language))
    return h("div", "blk scroll", title, h("table", "", h("thead", "", head), h("tbody", "", *body)))


def grouped(sources: Sequence[Source]) -> list[tuple[tuple[str, str, str | None, int], str]]:
    """Neighbouring lines of one file together: ``3,806–3,810``."""
    lines: dict[tuple[str, str, str | None, int], list[int]] = {}
    for source in sources:
        lines.setdefault((source.table, source.file, source.sheet, source.delivery), []).append(source.line)
    return [(place, runs(numbers)) for place, numbers in lines.items()]


def runs(numbers: Sequence[int]) -> str:
    """``5, 8–10``."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [fmt.whole(a) if a == b else f"{fmt.whole(a)}{fmt.DASH}{fmt.whole(b)}" for a, b in found]
    return ", ".join(texts[:6]) + (" …" if len(texts) > 6 else "")
