"""Cards and strips: one figure with level, target, comparison, trend and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cockpit.locale import Language, t
from cockpit.service.results import Card, Level, MetricRow
from cockpit.ui import format as fmt
from cockpit.ui import marks, words
from cockpit.ui.tree import Node, h

IMPORTANCES = ("S", "T", "O")


@dataclass(frozen=True)
class Ask:
    """What a page asks for: a metric, one of its further figures instead of the headline, and a fixed slice."""

    metric: str
    figure: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Equal for equal asks, fit for an element's key."""
        return "-".join((self.metric, self.figure or "value", *(f"{k}.{v}" for k, v in sorted(self.where.items()))))


@dataclass(frozen=True)
class Shown:
    """A card as the service answered it, beside what was asked.

    `unfiltered` names the filters it does not obey; `failure` says why there is no answer.
    """

    ask: Ask
    card: Card
    unfiltered: tuple[str, ...] = ()
    failure: str = ""

    @property
    def state(self) -> str:
        """The card's state, or ``failed``; data without a row are empty."""
        if self.failure:
            return "failed"
        return "empty" if self.card.state == "data" and self.card.row is None else self.card.state

    @property
    def value(self) -> float | None:
        return marks.figure(self.card.row, self.ask.figure)

    @property
    def level(self) -> Level:
        """The level belongs to the headline figure; further figures have none of their own."""
        return "none" if self.card.row is None or self.ask.figure else self.card.row.level

    def scale(self, language: Language) -> fmt.Scale:
        card = self.card
        unit = words.figure_unit(self.ask.figure, card.unit)
        target = card.row.target if card.row is not None and self.ask.figure is None else None
        values = [self.value] if self.value is not None else [target]
        currency = card.row.currency if card.row is not None else None
        return fmt.scale_for(
            values, unit, language, currency=currency, clock=card.params.get("clock", ""), counted=card.metric
        )


def title(shown: Shown, language: Language) -> str:
    """``采购审批时长 p90``, ``对账率 应付``: the label, then what narrows it."""
    return title_of(shown.ask, shown.card.label, language)


def title_of(ask: Ask, label: str, language: Language) -> str:
    """The title of what was asked, given the metric's label."""
    slices = [words.value(name, value, language) for name, value in ask.where.items()]
    figure = [words.figure(ask.figure, language, ask.metric)] if ask.figure else []
    return " ".join([label, *figure, *slices])


def card(shown: Shown, language: Language) -> Node:
    """The full card of the overview; a click leads to the metric's page, 口径 to what the number means."""
    row, page = shown.card.row, f"metric/{shown.card.metric}"
    if shown.state != "data" or row is None:
        return _stateless(shown, h("b", "", title(shown, language)), language)
    head = h("b", "", title(shown, language), go=page)
    scale = shown.scale(language)
    target = None if shown.ask.figure else row.target
    line = marks.trend(shown.card.trend, shown.level, language, target=target, name=shown.ask.figure)
    return h(
        "div",
        "card",
        h("div", "top", head, marks.chip(shown.level, language)),
        h("div", "mid2", value(shown, language), line),
        marks.bullet(shown.card, shown.ask.figure) or h("div", "bul bare"),
        h("div", "three", _target(shown, scale, language), *_changes(shown, scale, language)),
        h("div", "foot", h("span", "fact", basis(shown, language)), _foot(shown, language)),
        over=page,
        title=" ".join(shown.card.notes) or None,
    )


def value(shown: Shown, language: Language) -> Node:
    """The figure with its unit; a dash and the reason where it cannot be computed, never a zero."""
    scale = shown.scale(language)
    if shown.value is None:
        return h("div", "val none", fmt.ABSENT, h("span", "", words.why_missing(shown.card, language)))
    return h("div", "val", scale.number(shown.value), h("span", "", scale.unit))


def _target(shown: Shown, scale: fmt.Scale, language: Language) -> Node:
    row = shown.card.row
    target = None if row is None or shown.ask.figure else row.target
    text = fmt.ABSENT if target is None else marks.COMPARED[shown.card.direction] + scale.with_suffix(target)
    return h("div", "", h("span", "", t("ui.card.target", language)), h("b", "", text))


def _changes(shown: Shown, scale: fmt.Scale, language: Language) -> list[Node]:
    return [
        _change(against(shown, language), shown, previous(shown), scale, language),
        _change(t("ui.card.last_year", language), shown, last_year(shown), scale, language),
    ]


def last_year(shown: Shown) -> MetricRow | None:
    """The same month a year earlier; of a partial month the same calendar days, as the row itself compares."""
    row, year = shown.card.row, shown.card.last_year
    if row is None or not row.partial or shown.ask.figure is not None:
        return year
    if row.compare is not None:
        return replace(row, value=row.compare)
    return None if shown.card.unit in ("amount", "count") else year


def previous(shown: Shown) -> MetricRow | None:
    """The period before; none for counts of a partial period, which a whole one before would only mislead.

    Sums of a partial period come with the same number of days before (a row without a period of its own).
    """
    row, before = shown.card.row, shown.card.previous
    if row is not None and before is not None and row.partial and shown.card.unit == "count":
        return None if before.period is not None else before
    return before


def against(shown: Shown, language: Language) -> str:
    """``较上月``; English names the month: ``vs Oct``."""
    before = shown.card.previous
    start = before.start if before is not None else None
    if start is None or shown.card.row is None or shown.card.row.start is None:
        return t("ui.card.before", language)
    return t("ui.card.previous", language, month=fmt.short_month(start, language))


def _change(name: str, shown: Shown, before: MetricRow | None, scale: fmt.Scale, language: Language) -> Node:
    found = change_of(shown, before, scale, language)
    inner = [h("b", "", fmt.ABSENT)] if found is None else found.nodes()
    return h("div", "", h("span", "", name), *inner)


def change_of(shown: Shown, before: MetricRow | None, scale: fmt.Scale, language: Language) -> marks.Change | None:
    unit = words.figure_unit(shown.ask.figure, shown.card.unit)
    earlier = marks.figure(before, shown.ask.figure)
    return marks.change(shown.value, earlier, unit, shown.card.direction, scale, language)


def basis(shown: Shown, language: Language) -> str:
    """What the figure rests on: filters it does not obey, n, what was left out, coverage, provisional calendar."""
    row = shown.card.row
    if row is None:
        return ""
    parts = []
    if shown.unfiltered:
        names = fmt.listed((words.dimension(name, language) for name in shown.unfiltered), language)
        parts.append(t("ui.card.unfiltered", language, names=names))
    parts.append(t("ui.card.n", language, n=fmt.whole(row.n)))
    if row.excluded:
        parts.append(t("ui.card.excluded", language, count=fmt.whole(row.excluded)))
    elif row.coverage is not None and row.coverage < 0.9995:
        parts.append(t("ui.card.coverage", language, share=fmt.percent(row.coverage)))
    if row.provisional:
        parts.append(t("ui.card.provisional", language))
    return fmt.join(parts, language)


def _foot(shown: Shown, language: Language) -> Node:
    since = _since(shown, language)
    link = h("span", "link", t("ui.card.basis", language), go=f"basis/{shown.card.metric}")
    partial = None
    if shown.card.row is not None and shown.card.row.partial:  # where the trend has no axis there is room for it here
        partial = h("span", "if-narrow", fmt.joint(language) + t("ui.block.partial", language))
    return h("span", "nw as", h("span", "", since, partial), link)


def _since(shown: Shown, language: Language, key: str = "ui.card.as_of") -> str:
    as_of = shown.card.as_of
    if as_of is None:
        return ""
    return t(key, language, day=fmt.short_day(as_of.date(), language)).replace(" ", fmt.NO_BREAK)


def _stateless(shown: Shown, head: Node, language: Language) -> Node:
    """The other three states: said in words, dashed, without a figure."""
    state = shown.state
    go = "data/" if state == "not_loaded" else f"basis/{shown.card.metric}"
    mark = marks.unloaded_chip(language) if state == "not_loaded" else state_mark(state, language)
    link = t("ui.state.import", language) if state == "not_loaded" else t("ui.card.basis", language)
    missing = fmt.listed((words.table(name, language) for name in shown.card.missing), language)
    foot = t("ui.state.missing", language, tables=missing) if missing else ""
    return h(
        "div",
        "card empty",
        h("div", "top", head, mark),
        h("p", "", why(shown, language)),
        h("p", "", h("span", "link", link)),
        h("div", "foot", h("span", "", foot)),
        go=go,
    )


def state_mark(state: str, language: Language) -> Node:
    """A state in a word; the circle says that nothing is counted."""
    circle = "○ " if state == "not_allowed" else ""
    return h("span", "lv none", f"{circle}{words.state(state, language)}")


def why(shown: Shown, language: Language) -> str:
    """Why there is no figure; what one may not see says so itself."""
    notes = shown.card.notes if shown.state == "not_allowed" else ()
    return shown.failure or " ".join(notes) or t(f"ui.state.{shown.state}_why", language)


def scorecard(shown: Sequence[Shown], language: Language) -> Node:
    """Cards by importance, in the order asked: the same thing stands in the same place each week."""
    rows: list[Node] = []
    for importance in IMPORTANCES:
        group = [one for one in shown if one.card.importance == importance]
        if group:
            name, aim = t(f"ui.importance.{importance}", language), t(f"ui.importance.{importance}_aim", language)
            rows.append(h("div", "sec", h("b", "", name), h("span", "s", aim)))
            rows.append(h("div", "cards", *(card(one, language) for one in group)))
    return h("div", "score", *rows)


def strip(shown: Sequence[Shown], language: Language) -> Node:
    """Key figures of a detail page side by side, each with target and the change that matters."""
    return h("div", "strip", *(_cell(one, language) for one in shown), n=max(3, len(shown)))


def _cell(shown: Shown, language: Language) -> Node:
    name = h("span", "s", title(shown, language))
    go = f"basis/{shown.card.metric}"
    if shown.state != "data" or shown.card.row is None:
        state = shown.state
        reason = h("div", "s", why(shown, language))
        top = h("div", "top", name, state_mark(state, language))
        return h("div", "", top, h("div", "val none", fmt.ABSENT), reason, go="data/" if state == "not_loaded" else go)
    top = h("div", "top", name, marks.chip(shown.level, language) if not shown.ask.figure else None)
    line = h("div", "s", fmt.join(held_to(shown, language), language))
    partial = t("ui.block.partial", language) if shown.card.row.partial else ""
    rest = h(
        "div", "s", fmt.join([partial, basis(shown, language), _since(shown, language, "ui.strip.as_of")], language)
    )
    bar = marks.bullet(shown.card, shown.ask.figure) or h("div", "bul bare")
    return h("div", "", top, value(shown, language), bar, line, rest, go=go, title=" ".join(shown.card.notes) or None)


def held_to(shown: Shown, language: Language) -> list[str]:
    """``目标 ≤ 2.0``, ``较去年 −2.3 好转``: the target, then the first change that can be told."""
    scale = shown.scale(language)
    target = None if shown.card.row is None or shown.ask.figure else shown.card.row.target
    parts: list[str] = []
    if target is not None:
        aim = marks.COMPARED[shown.card.direction] + scale.with_suffix(target)
        parts.append(t("ui.strip.target", language, value=aim))
    compared = ((t("ui.card.last_year", language), last_year(shown)), (against(shown, language), previous(shown)))
    for said, before in compared:
        found = change_of(shown, before, scale, language)
        if found is not None:
            parts.append(f"{said} {found.text} {found.word}".strip())
            break
    return parts


def verdict(shown: Sequence[Shown], language: Language) -> Node:
    """One sentence on where the company stands, and the counts by level."""
    levels: dict[str, int] = {"critical": 0, "warning": 0, "ok": 0, "none": 0, "not_loaded": 0}
    for one in shown:
        levels["not_loaded" if one.state == "not_loaded" else one.level] += 1
    judged = levels["critical"] + levels["warning"]
    key = "ui.verdict.off" if judged else "ui.verdict.on" if levels["ok"] else "ui.verdict.nothing"
    off = [
        t(f"ui.verdict.{level}", language, count=levels[level]) for level in ("critical", "warning") if levels[level]
    ]
    measured = sum(one.state == "data" for one in shown)  # nobody is on course with what cannot be told
    sentence = t(key, language, total=len(shown) if judged else measured, off=fmt.listed(off, language))
    worst = [title(one, language) for one in shown if one.level == "critical"][:3]
    if worst:
        sentence += t("ui.verdict.worst", language, names=fmt.listed(worst, language))
    listed: tuple[Level, ...] = ("critical", "warning", "ok")
    chips = [marks.chip(level, language, levels[level]) for level in listed if levels[level]]
    if levels["not_loaded"]:
        chips.append(marks.unloaded_chip(language, levels["not_loaded"]))
    return h("div", "verdict", h("p", "", sentence), h("div", "cnt", *chips))
