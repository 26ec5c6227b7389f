"""One metric's entry in the dictionary: what it means, how it stands, what it comes from, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.locale import t
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS
from cockpit.service.proofs import KINDS
from cockpit.service.reports import MetricEntry
from cockpit.service.results import MetricRow, TableView
from cockpit.ui import basis, cards, door, marks, navigate, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, Shown
from cockpit.ui.sitemap import DEFAULT, METRIC_PAGES
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View


def tree(view: View, one: MetricEntry) -> Node:
    """Way back, the texts beside the figure of the shown month, the way from process to page, the definition."""
    (shown,) = view.shown([Ask(one.name)])
    told = h("div", "basis", h("p", "lead", one.sentence), *basis.texts(one, view.language))
    return h(
        "div",
        "entry",
        _way(view, one),
        h("div", "both", told, now(view, one, shown)),
        links(view, one),
        h("div", "both even", _definition(view, one), h("div", "gap2", proofs(view, one), history(view, one))),
    )


def _way(view: View, one: MetricEntry) -> Node:
    """``指标字典 › 营收 › 毛利率``, and the name programs know it by."""
    back = h("span", "link", view.text("page.dictionary"), go=navigate.target("entry", ""))
    process = h("span", "", view.text(f"dictionary.process.{one.process}"))
    steps = h("div", "crumb", back, h("span", "", "›"), process, h("span", "", "›"), h("b", "", one.label))
    return h("div", "", steps, h("div", "head", h("h3", "", one.label), h("span", "s", one.name)))


def unit(view: View, one: MetricEntry) -> str:
    """The unit in words: hours of which clock, whose currency, what is counted."""
    clock, _ = one.params.get("clock", ("", ()))
    if one.unit in ("amount", "share"):
        return view.text(f"dictionary.units.{one.unit}")
    scale = fmt.scale_for((), one.unit, view.language, clock=clock, counted=one.name)
    return scale.unit or view.text("dictionary.units.count")


def params(view: View, one: MetricEntry) -> list[str]:
    """Each parameter with all its choices, the default marked: ``时间口径：工作时间（默认）、自然时间``."""
    language = view.language
    found = []
    for name, (default, choices) in one.params.items():
        said = [
            view.text("dictionary.default", choice=words.choice(name, code, language))
            if code == default
            else words.choice(name, code, language)
            for code in choices or (default,)
        ]
        choice = fmt.listed(said, language)
        found.append(view.text("dictionary.param", name=words.parameter(name, language), choices=choice))
    return found


# ---------------------------------------------------------------- how it stands


def now(view: View, one: MetricEntry, shown: Shown) -> Node:
    """The figure of the shown month with level and course, and the way to the page that explains it further."""
    language, row = view.language, shown.card.row
    if shown.state != "data" or row is None:
        return h("div", "", cards.card(shown, language))
    when = fmt.period(row.period, language)
    sides = [words.value(name, code, language) for name, code in row.dimensions.items()]
    partial = view.text("block.partial") if row.partial else ""
    target = "" if row.target is None else view.text("strip.target", value=_aim(shown, row, view))
    if row.target is not None and row.target != one.target:
        target = view.text("dictionary.planned", target=target)
    return h(
        "div",
        "",
        h(
            "div",
            "card",
            h("div", "top", h("b", "", fmt.join([when, *sides], language)), marks.chip(row.level, language)),
            h("div", "mid2", cards.value(shown, language)),
            marks.trend(shown.card.trend, row.level, language, target=row.target, name=None),
            h("div", "s", fmt.join([target, cards.basis(shown, language), partial], language)),
            _page_link(view, shown.card.metric, "dictionary.open_page"),
        ),
    )


def _aim(shown: Shown, row: MetricRow, view: View) -> str:
    return marks.COMPARED[shown.card.direction] + shown.scale(view.language).with_suffix(row.target)


def _page_link(view: View, metric: str, key: str) -> Node | None:
    """The way to the metric's page; none where that page is not theirs."""
    page = METRIC_PAGES.get(metric, DEFAULT)
    if not door.allowed(view.actor, page):
        return None
    said = view.text(key, page=view.text(f"page.{page}"))
    return h("div", "s", h("span", "link", said, go=navigate.target("metric", metric)))


# ---------------------------------------------------------------- process – data – metric


def links(view: View, one: MetricEntry) -> Node:
    """The process, the tables it fills, the metric, the page it stands on."""
    known = {table.name: table for table in view.tables()}
    tables = [_table(view, one, known[name]) for name in one.sources if name in known]
    process = h("div", "doc", h("b", "", view.text(f"dictionary.process.{one.process}")))
    importance = view.text(f"importance.{one.importance}")
    metric = h("div", "doc cur", h("b", "", one.label), h("span", "s", importance))
    page = _page_link(view, one.name, "dictionary.on_page") or h("span", "s", view.text("dictionary.no_page"))
    titles = ("process_choice", "sources", "metric", "page")
    columns = ([process], tables, [metric], [h("div", "doc", page)])
    parts = [
        h("div", "", h("div", "s", view.text(f"dictionary.{title}")), *column)
        for title, column in zip(titles, columns, strict=True)
    ]
    return h("div", "blk", h("h3", "", view.text("dictionary.links")), h("div", "links", *parts))


def _table(view: View, one: MetricEntry, table: TableView) -> Node:
    """One source table: whether it is loaded, how far, and which of its fields are known to matter."""
    language, ledger = view.language, view.ledger.name
    rows, days = table.rows.get(ledger, 0), table.days.get(ledger)
    if rows:
        newest = view.text("dictionary.newest", day=fmt.day(days[1], language)) if days else ""
        said = fmt.join([view.text("dictionary.rows", count=fmt.whole(rows)), newest], language)
    elif table.name in view.loaded_tables():
        said = view.text("dictionary.out_of_reach")
    else:
        said = f"○ {view.text('level.not_loaded')}"
    used = fmt.listed((words.column(name, language, table.name) for name in fields(one, table.name)), language)
    noted = h("span", "s", view.text("dictionary.fields", fields=used)) if used else None
    go = navigate.target("data") if door.allowed(view.actor, "data") else None
    return h("div", "doc", h("b", "", words.table(table.name, language)), h("span", "s", said), noted, go=go)


def fields(one: MetricEntry, table: str) -> Sequence[str]:
    """The columns of a table that certainly take part: the business day, what it can be split by, and those without
    which there is no figure."""
    held = TABLES[table]
    named = {name for each in one.dimensions for name in (each, f"{each}_code", f"{each}_name")}
    needed = frozenset[str]().union(*(GROUPS[group] for group in one.needs))
    return [
        column.name
        for column in held.columns
        if column.name == held.business_day or column.name in named or column.name in needed
    ]


# ---------------------------------------------------------------- definition and proof


def _definition(view: View, one: MetricEntry) -> Node:
    language = view.language
    groups = fmt.listed((t(f"column_group.{name}", language) for name in one.needs), language)
    lines = [
        ("importance", [view.text(f"importance.{one.importance}")]),
        ("unit", [unit(view, one)]),
        ("direction", [view.text(f"direction.{one.direction}")]),
        ("thresholds", [basis.thresholds(one, language) or view.text("dictionary.no_limits")]),
        ("owner", [one.owner]),
        ("params", params(view, one)),
        ("dimensions", [fmt.listed((words.dimension(name, language) for name in one.dimensions), language)]),
        ("needs", [groups] if groups else []),
    ]
    rows = [
        h("tr", "", h("td", "nw soft", view.text(f"dictionary.{name}")), h("td", "", *(h("div", "", x) for x in said)))
        for name, said in lines
        if said
    ]
    return _block(view, "definition", h("table", "", h("tbody", "", *rows)))


def proofs(view: View, one: MetricEntry) -> Node:
    """What proves the figure: each of the three kinds with its test, or that there is none."""
    rows = []
    for kind in KINDS:
        test = one.proofs.get(kind)
        name = h("b", "", f"{'✓' if test else '○'} {view.text(f'dictionary.proof.{kind}')}")
        said = test or view.text("dictionary.unproven")
        rows.append(h("tr", "" if test else "off", h("td", "nw", name), h("td", "s test", said)))
    return _block(view, "proofs", h("table", "", h("tbody", "", *rows)))


def history(view: View, one: MetricEntry) -> Node:
    """The versions of the definition, newest first, and what each changed."""
    rows = []
    for number in range(one.version, 0, -1):
        first = view.text("dictionary.first_version") if number == 1 else None
        said = words.first(view.language, f"metric.{one.name}.change.{number}") or first or fmt.ABSENT
        name = view.text("dictionary.version_number", number=number)
        mark = h("span", "s mk", view.text("dictionary.in_force")) if number == one.version else None
        rows.append(h("tr", "", h("td", "nw", name, mark), h("td", "", said)))
    return _block(view, "history", h("table", "", h("tbody", "", *rows)))


def _block(view: View, name: str, inner: Node) -> Node:
    return h("div", "blk", h("h3", "", view.text(f"dictionary.{name}")), inner)
