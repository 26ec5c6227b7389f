"""What became of an upload, sheet by sheet, in words a department head can act on."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.issues import Issue
from cockpit.locale import Language, t
from cockpit.service.reports import LoadReport, PartReport, message
from cockpit.ui import format as fmt
from cockpit.ui import words
from cockpit.ui.tree import Node, h

# How a part's or delivery's status looks: good, needs a look, needs a decision, nothing happened.
LOOK = {
    "loaded": ("good", "▲"),
    "loaded_with_rejects": ("mid", "◆"),
    "unchanged": ("none", "○"),
    "held": ("mid", "◆"),
    "blocked": ("bad", "●"),
    "ignored": ("none", "○"),
    "dry_run": ("none", "○"),
    "active": ("good", "▲"),
    "discarded": ("none", "○"),
    "undone": ("none", "○"),
    "empty": ("none", "○"),
}
GRAVITY = {"error": 0, "warning": 1, "note": 2}
MOST_ISSUES = 8


def status_chip(status: str, language: Language) -> Node:
    css, shape = LOOK.get(status, ("none", "○"))
    return h("span", f"lv {css}", f"{shape} {t(f'ui.status.{status}', language)}")


def report(found: LoadReport, language: Language, *, preview: bool) -> Node:
    """The whole answer: one sentence, then every part."""
    read = sum(part.rows_read for part in found.parts)
    loaded = sum(part.rows_loaded for part in found.parts)
    key = "preview" if preview else found.status
    said = t(f"ui.report.{key}", language, read=fmt.whole(read), loaded=fmt.whole(loaded), number=found.delivery_id)
    seconds = t("ui.report.seconds", language, seconds=fmt.significant(found.seconds))
    head = h(
        "div",
        "verdict",
        h("p", "", said),
        h("div", "cnt", status_chip(found.status, language), h("span", "s", seconds)),
    )
    return h("div", "report", head, *(part(one, language) for one in found.parts))


def part(one: PartReport, language: Language) -> Node:
    """One sheet or file: recognised as what, how many rows went where, what was found."""
    name = one.file if not one.sheet else f"{one.file} › {one.sheet}"
    recognised = words.table(one.table, language) if one.table else t("ui.report.no_table", language)
    counts = [
        t("ui.report.rows", language, read=fmt.whole(one.rows_read)),
        t("ui.report.rows_loaded", language, count=fmt.whole(one.rows_loaded)),
        t("ui.report.rows_rejected", language, count=fmt.whole(one.rows_rejected)),
        t("ui.report.rows_skipped", language, count=fmt.whole(one.rows_skipped)),
    ]
    header = "" if one.header_row is None else t("ui.report.header_row", language, row=one.header_row)
    top = h("div", "top", h("b", "", name), status_chip(one.status, language))
    facts = h("div", "s", fmt.join([recognised, header, *counts], language))
    return h("div", "part", top, facts, mapping(one, language), issues(one.issues, language))


def mapping(one: PartReport, language: Language) -> Node | None:
    """Which header was taken for which field."""
    if not one.mapping or one.table is None:
        return None
    pairs = (f"{header} → {words.column(field, language, one.table)}" for field, header in one.mapping.items())
    return h("div", "s", t("ui.report.mapping", language, pairs=fmt.listed(pairs, language)))


def issues(found: Sequence[Issue], language: Language) -> Node | None:
    """Findings by gravity, each a full sentence with row, column, value and the cure."""
    if not found:
        return None
    ordered = sorted(found, key=lambda issue: (GRAVITY[issue.severity], -issue.count))
    lines = [issue_line(issue, language) for issue in ordered[:MOST_ISSUES]]
    if len(ordered) > MOST_ISSUES:
        lines.append(h("div", "s", t("ui.report.more_issues", language, count=len(ordered) - MOST_ISSUES)))
    return h("div", "issues", *lines)


def issue_line(issue: Issue, language: Language) -> Node:
    css, shape = {"error": ("tbad", "●"), "warning": ("tmid", "◆"), "note": ("soft", "○")}[issue.severity]
    times = t("ui.report.times", language, count=fmt.whole(issue.count)) if issue.count > 1 else ""
    return h("div", "issue", h("span", css, shape), h("span", "", message(issue, language)), h("span", "s nw", times))
