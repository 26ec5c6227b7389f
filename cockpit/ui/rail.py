"""The list beside the scorecard: open warnings with their causes, and what moved most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from cockpit.locale import Language, t
from cockpit.period import Period
from cockpit.service.results import Alert, Level, MetricRow
from cockpit.ui import format as fmt
from cockpit.ui import marks, words
from cockpit.ui.cards import Shown, change_of, previous, title
from cockpit.ui.tree import Node, h

ENTRIES = 10  # warnings and moves together fit beside three rows of cards at 1440 × 900
WARNINGS = 4
ORDER: dict[str, int] = {"critical": 0, "warning": 1}


def rail(
    alerts: Sequence[Alert] | None, month: Period, shown: Sequence[Shown], language: Language, *, whole: bool = False
) -> Node:
    """The warnings of the month by severity with their causes, then what moved most since the period before.

    `alerts` is None while they are still being judged. With `whole` a line leads to the page of all warnings.
    """
    warnings = [] if alerts is None else [one for one in alerts if concerns(one, month)]
    warnings.sort(key=lambda one: (ORDER[level_in(one, month)], bool(one.slice), -one.since.toordinal()))
    count = "" if alerts is None else t("ui.rail.count", language, count=len(warnings))
    head = h("h3", "", t("ui.rail.warnings", language), h("span", "", count))
    clocks = {one.card.metric: one.card.params.get("clock", "") for one in shown}
    lines = [warning(one, month, clocks.get(one.metric, ""), language) for one in warnings[:WARNINGS]]
    if not lines:
        lines = [h("div", "s", t(f"ui.rail.{'judging' if alerts is None else 'none'}", language))]
    if len(warnings) > WARNINGS or (whole and alerts):
        rest = len(warnings) - WARNINGS
        said = t("ui.rail.more", language, count=rest) if rest > 0 else t("ui.rail.all", language)
        lines.append(h("div", "s", h("span", "link", said, go="page/alerts") if whole else said))
    moves = _moves(shown, ENTRIES - len(lines), language)
    return h("div", "rail", head, h("div", "", *lines), *moves)


def concerns(alert: Alert, month: Period) -> bool:
    """Whether a warning belongs to a month: it lasted in it, or was not over yet when the month began."""
    return alert.since < month.end and (alert.until > month.start or alert.open)


def row_in(alert: Alert, month: Period) -> MetricRow:
    """The warning's figure in a month; its newest where the month has none of its own yet."""
    mine = (row for row in alert.course if row.start == month.start and row.level in ORDER)
    return next(mine, alert.row)


def level_in(alert: Alert, month: Period) -> Level:
    return row_in(alert, month).level


def warning(alert: Alert, month: Period, clock: str, language: Language) -> Node:
    """One warning: shape, what and how much, where it comes from, since when."""
    row = row_in(alert, month)
    css = marks.CLASS[row.level]
    scale = scale_of(alert, row, clock, language)
    gap = "" if scale.unit in ("", "%") else " "
    causes = fmt.listed((words.cause(one, scale, language) for one in alert.causes[:1]), language)
    level = t(f"ui.level.{row.level}", language)
    said = fmt.join([level, *facts(alert, scale, language)], language)
    return h(
        "div",
        "warn",
        h("span", f"sh t{css}", marks.SHAPE[row.level]),
        h(
            "div",
            "",
            h(
                "div",
                "t",
                h("span", "", label(alert, language)),
                h("span", "", f"{scale.number(row.value)}{gap}{scale.unit}"),
            ),
            h("div", "c", causes) if causes else None,
            h("div", "m", h("span", f"b t{css}", level), said.removeprefix(level)),
        ),
        go=f"metric/{alert.metric}",
    )


def scale_of(alert: Alert, row: MetricRow, clock: str, language: Language) -> fmt.Scale:
    return fmt.scale_for([row.value], alert.unit, language, currency=row.currency, clock=clock, counted=alert.metric)


def facts(alert: Alert, scale: fmt.Scale, language: Language) -> list[str]:
    """What it is held to, and since when."""
    found = []
    if alert.limit is not None:
        sign = marks.COMPARED[alert.direction]
        found.append(t("ui.alerts.limit", language, value=sign + scale.with_suffix(alert.limit)))
    else:
        found.append(t("ui.alerts.own_course", language))
    key = "since" if alert.open else "was"
    since, last = (fmt.period(f"{day:%Y-%m}", language) for day in (alert.since, alert.until - timedelta(days=1)))
    found.append(t(f"ui.alerts.{key}", language, since=since, last=last, count=alert.periods))
    return found


def label(alert: Alert, language: Language) -> str:
    """``采购审批时长 研发中心``."""
    slices = [words.value(name, code, language) for name, code in alert.slice.items()]
    return " ".join([alert.label, *slices])


def _moves(shown: Sequence[Shown], most: int, language: Language) -> list[Node]:
    moved = []
    for one in shown:
        found = change_of(one, previous(one), one.scale(language), language)
        if found is not None and found.good is not None:
            moved.append((one, found))
    if not moved:
        return []
    moved.sort(key=lambda pair: (bool(pair[1].good), -pair[1].size))
    lines = [
        h(
            "div",
            "chg",
            h("span", "", title(one, language)),
            h("b", "", words.points(found.text, one.card.unit, one.scale(language), language)),
            h("span", f"w {'tgood' if found.good else 'tbad'}", found.word),
            go=f"metric/{one.card.metric}",
        )
        for one, found in moved[:most]
    ]
    against = next((b.start for one, _ in moved if (b := previous(one)) is not None and b.start is not None), None)
    month = "" if against is None else fmt.short_month(against, language)
    head = h("h3", "", t("ui.rail.moves", language), h("span", "", t("ui.rail.moves_against", language, month=month)))
    return [head, h("div", "", *lines)]
