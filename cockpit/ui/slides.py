"""The slides of the weekly meeting: the warnings first, then each cockpit in one layout that is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cockpit.locale import Language
from cockpit.period import Grain, Period, period_of, previous
from cockpit.service.results import Alert, AlertReport, MetricResult, MetricRow
from cockpit.ui import bars, cards, facts, marks, words
from cockpit.ui import format as fmt
from cockpit.ui.alerts import clock
from cockpit.ui.cards import Shown
from cockpit.ui.head import month_name
from cockpit.ui.rail import facts as held_to
from cockpit.ui.rail import label, scale_of
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

EXCEPTIONS, WARNINGS, FIGURES = 5, 3, 6  # as many as fit without scrolling
MONTHS = 12
SUMS = ("amount", "count")  # a week's is not a month's: each span has a scale of its own


@dataclass(frozen=True)
class Main:
    """The course of a cockpit's main figure: its weeks and its months, oldest first, in one currency."""

    shown: Shown
    result: MetricResult
    weeks: Sequence[MetricRow]
    months: Sequence[MetricRow]


def course(shown: Shown, result: MetricResult, weeks: Sequence[MetricRow], months: Sequence[MetricRow]) -> Main | None:
    """The course to draw, None where no period has a figure. Targets are set by the month: a week shows one only where
    it is the shown month's."""
    if not any(row.value is not None for row in (*weeks, *months)):
        return None
    aim = months[-1].target if months else None
    return Main(shown, result, [row if row.target == aim else replace(row, target=None) for row in weeks], months)


# ---------------------------------------------------------------- heads and calm slides


def top(view: View, title: str, about: str) -> Node:
    """A slide's name, whose figures it shows, of when, and what they were narrowed to."""
    language = view.language
    invented = view.text("meeting.invented") if view.ledger.sample else ""
    eyes = view.text("shell.eyes", name=view.actor.label or view.actor.name) if view.actor.behind else ""
    narrowed = facts.slices(view, dict(view.filters.where))
    said = fmt.join([view.company, invented, about, narrowed, eyes], language)
    return h("div", "top", h("h2", "", title), h("span", "sub", said))


def calm(view: View, title: str, about: str, said: str, *more: str) -> Node:
    """A slide with nothing to look at: why, and what would change that."""
    lines = [h("p", "", one) for one in more if one]
    return h("div", "", top(view, title, about), h("div", "calm", h("b", "", said), *lines))


def as_of(view: View, shown: Sequence[Shown]) -> str:
    """The month, and the day up to which the figures know."""
    known = [one.card.as_of for one in shown if one.card.as_of is not None]
    until = fmt.short_day(max(known).date(), view.language) if known else ""
    return fmt.join([month_name(view), view.text("meeting.as_of", day=until) if until else ""], view.language)


# ---------------------------------------------------------------- exceptions


def exceptions(view: View, report: AlertReport) -> Node:
    """The open warnings, gravest first: what, how much, its months, the limit, since when and its main cause."""
    about = view.text("alerts.judged", span=facts.span(report.start, report.at, view), count=report.periods)
    found = gravest(report.alerts)
    if not found:
        return calm(view, view.text("meeting.no_exceptions"), about, view.text("meeting.within"))
    lines = [_exception(view, one) for one in found[:EXCEPTIONS]]
    rest = len(found) - EXCEPTIONS
    more = h("div", "more", view.text("meeting.more", count=rest)) if rest > 0 else None
    few = "list few" if len(found) < EXCEPTIONS else "list"
    title = view.text("meeting.exceptions", count=len(found))
    return h("div", "", top(view, title, about), h("div", few, *lines), more)


def gravest(alerts: Sequence[Alert]) -> list[Alert]:
    """Those still open: over the limit first, the whole before its parts, the longest first."""
    still = [one for one in alerts if one.open]
    return sorted(still, key=lambda one: (one.row.level != "critical", bool(one.slice), one.since, one.metric))


def _exception(view: View, alert: Alert) -> Node:
    language = view.language
    scale = scale_of(alert, alert.row, clock(view, alert), language)
    who = h("div", "", marks.chip(alert.row.level, language), h("div", "nm clamp", label(alert, language)))
    said = fmt.join(held_to(alert, scale, language), language)
    why = h("div", "why", h("p", "soft clamp", said), h("p", "clamp", cause(view, alert, scale)))
    newest = alert.course[-1].start or alert.since
    rows = recent(alert.course, MONTHS, "month", newest, view.filters.month_start_day)
    return h("div", "ex", who, _big(scale.number(alert.row.value), scale.unit), bars.course(rows, alert.limit), why)


def cause(view: View, alert: Alert, scale: fmt.Scale) -> str:
    """The part that tells most about a warning."""
    if not alert.causes:
        return view.text("alerts.no_cause")
    first = alert.causes[0]
    said = words.cause(first, scale, view.language)
    return said if first.dimension == "document" else view.text("meeting.cause", cause=said)


def _big(number: str, unit: str, first: bool = False) -> Node:
    return h("div", "big first" if first else "big", number, h("span", "", unit) if unit else None)


# ---------------------------------------------------------------- one cockpit


def cockpit(view: View, page: str, shown: Sequence[Shown], main: Main | None, alerts: Sequence[Alert] | None) -> Node:
    """A cockpit's key figures at the left, its main figure's weeks and months and its open warnings at the right.

    `alerts` is None while they are being judged.
    """
    title, about = view.text(f"page.{page}"), as_of(view, shown)
    if all(one.state != "data" for one in shown):
        return _nothing(view, title, about, shown)
    few = "figs few" if len(shown) < FIGURES - 1 else "figs"
    figures = [_figure(view, one, first=number == 0) for number, one in enumerate(shown)]
    side = h("div", "side", _main(view, main), _warnings(view, alerts))
    return h("div", "", top(view, title, about), h("div", "two", h("div", few, *figures), side))


def _nothing(view: View, title: str, about: str, shown: Sequence[Shown]) -> Node:
    """No figure at all: the state of the first that has one to tell, and the tables that are missing."""
    language = view.language
    kind = next((one for one in ("failed", "not_allowed", "empty") if any(o.state == one for o in shown)), "not_loaded")
    first = next(one for one in shown if one.state == kind)
    missing = list(dict.fromkeys(name for one in shown for name in one.card.missing))
    tables = fmt.listed((words.table(name, language) for name in missing), language)
    lacking = view.text("meeting.missing", tables=tables) if tables and kind == "not_loaded" else ""
    return calm(view, title, about, f"○ {words.state(kind, language)}", cards.why(first, language), lacking)


def _figure(view: View, shown: Shown, *, first: bool) -> Node:
    """One key figure: name and level, the figure large, beside it target, change and what it rests on."""
    language, row = view.language, shown.card.row
    name = h("span", "", cards.title(shown, language))
    if shown.state != "data" or row is None:
        head = h("div", "hd", name, cards.state_mark(shown.state, language))
        why = h("div", "facts clamp", cards.why(shown, language))
        return h("div", "fig", head, h("div", "bd", h("div", "big none", fmt.ABSENT), why))
    head = h("div", "hd", name, None if shown.ask.figure else marks.chip(shown.level, language))
    if shown.value is None:
        why = h("div", "facts clamp", words.why_missing(shown.card, language))
        return h("div", "fig", head, h("div", "bd", h("div", "big none", fmt.ABSENT), why))
    scale = shown.scale(language)
    said = [*cards.held_to(shown, language), _left_out(view, shown, row)]
    lines = h("div", "facts", *(h("div", "", one) for one in said if one))
    return h("div", "fig", head, h("div", "bd", _big(scale.number(shown.value), scale.unit, first), lines))


def _left_out(view: View, shown: Shown, row: MetricRow) -> str:
    """That the month goes on, that documents were left out, or that a chosen filter does not hold here."""
    left = view.text("card.excluded", count=fmt.whole(row.excluded)) if row.excluded else ""
    names = fmt.listed((words.dimension(name, view.language) for name in shown.unfiltered), view.language)
    free = view.text("card.unfiltered", names=names) if names else ""
    return fmt.join([view.text("block.partial") if row.partial else "", left, free], view.language)


def _main(view: View, main: Main | None) -> Node:
    if main is None:
        return h("div", "main")
    language = view.language
    both = [*main.weeks, *main.months]
    own = main.result.unit in SUMS
    name = h("div", "hd", h("h3", "", cards.title(main.shown, language)), _legend(view, main, both))
    panels = []
    for kind, rows in (("weeks", main.weeks), ("months", main.months)):
        scale = _scale(main, rows if own else both, language)
        title = view.text(f"meeting.{kind}", count=len(rows))
        unit = view.text("block.unit", name=title, unit=scale.unit) if scale.unit else title
        drawn = bars.bars(rows, scale, language, bars.span(rows if own else both), _until(main.result.as_of))
        panels.append(h("div", "panel", h("div", "ti", unit), drawn))
    return h("div", "main", name, h("div", "pair", *panels))


def _until(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _scale(main: Main, rows: Sequence[MetricRow], language: Language) -> fmt.Scale:
    currency = next((row.currency for row in rows if row.value is not None), None)
    asked, hours = main.result, main.result.params.get("clock", "")
    values = [row.value for row in rows]
    return fmt.scale_for(values, asked.unit, language, currency=currency, clock=hours, counted=asked.metric)


def _legend(view: View, main: Main, rows: Sequence[MetricRow]) -> Node:
    """Which mark is what; only what is drawn."""
    entries = [("py", "column.last_year")] if any(row.compare is not None for row in rows) else []
    entries += [("part", "meeting.incomplete")] if any(bars.cut(row) for row in rows) else []
    drawn = [h("span", "", h("span", f"k {css}"), view.text(key)) for css, key in entries]
    targets = {row.target for row in rows if row.target is not None}
    if targets:
        steady = targets.pop() if len(targets) == 1 else None
        scale = _scale(main, main.months, view.language)
        said = view.text("column.target" if steady is None else "legend.target", value=scale.with_suffix(steady))
        drawn.append(h("span", "", h("span", "k tg"), said))
    return h("div", "lg", *drawn)


def _warnings(view: View, alerts: Sequence[Alert] | None) -> Node:
    """The cockpit's own open warnings with limit, since when and main cause."""
    if alerts is None:
        return h("div", "warns", h("p", "soft", view.text("rail.judging")))
    if not alerts:
        return h("div", "warns", h("p", "soft", view.text("meeting.none_here")))
    count = view.text("alerts.open", count=len(alerts))
    rest = len(alerts) - WARNINGS
    more = view.text("rail.more", count=rest) if rest > 0 else ""
    head = h("h3", "", view.text("rail.warnings"), h("span", "", fmt.join([count, more], view.language)))
    return h("div", "warns", head, *(_warning(view, one) for one in alerts[:WARNINGS]))


def _warning(view: View, alert: Alert) -> Node:
    language = view.language
    scale = scale_of(alert, alert.row, clock(view, alert), language)
    gap = "" if scale.unit in ("", "%") else " "
    css = marks.CLASS[alert.row.level]
    said = fmt.join([view.text(f"level.{alert.row.level}"), *held_to(alert, scale, language)], language)
    return h(
        "div",
        "warn",
        h("span", f"t{css}", marks.SHAPE[alert.row.level]),
        h("b", "", label(alert, language)),
        h("b", "", f"{scale.number(alert.row.value)}{gap}{scale.unit}"),
        h("p", "soft", said),
        h("p", "", cause(view, alert, scale)),
    )


def recent(rows: Sequence[MetricRow], count: int, grain: Grain, until: date, month_start_day: int) -> list[MetricRow]:
    """The `count` periods up to the one that holds `until`, oldest first; an empty row where nothing is told of one."""
    known = {row.period: row for row in rows}
    found: list[MetricRow] = []
    period = period_of(until, grain, month_start_day)
    for _ in range(count):
        found.insert(0, known.get(period.label) or _unknown(period))
        period = previous(period)
    return found


def _unknown(period: Period) -> MetricRow:
    return MetricRow(
        period=period.label,
        start=period.start,
        end=period.end,
        dimensions={},
        value=None,
        n=0,
        excluded=0,
        reasons={},
        coverage=None,
        partial=False,
        provisional=False,
        currency=None,
        target=None,
        compare=None,
        compare_to=None,
        level="none",
    )


def of_currency(rows: Sequence[MetricRow], currency: str | None) -> list[MetricRow]:
    """The rows in one currency, and those that have none because nothing happened."""
    return [row for row in rows if row.currency in (currency, None)]


def monday(day: date, weeks: int) -> date:
    """The first day of the week `weeks` weeks before the one that holds `day`."""
    period = period_of(day, "week")
    for _ in range(weeks):
        period = previous(period)
    return period.start
