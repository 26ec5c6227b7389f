"""One material's stock card (收发存): what came, went and lay there by month, and every movement behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import t
from cockpit.service.stock import StockCard
from cockpit.service.stock_card import Amounts, Line, Month
from cockpit.ui import blocks, door, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.filters import LONGEST
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

SHOWN = 40  # movements in the picture, the newest ones
AMOUNTS = ("opening", "received", "issued", "other", "closing")


def asked() -> str | None:
    """The material the address names."""
    return (st.query_params.get("card") or "")[:LONGEST] or None


def show(view: View, material: str) -> None:
    """Draw the card of `material` over the chosen window and places."""
    try:
        card = view.stock_card(material)
    except CockpitError as error:
        ink(h("div", "gap", way(view, material), states.state(view, view.state_of(error), view.error(error))),
            "card-state", navigate.follow)  # fmt: skip
        return
    name = fmt.join([card.name or "", card.category or ""], view.language)
    title = h("div", "head", h("h2", "", card.material), h("span", "s", name))
    ink(h("div", "gap", way(view, f"{card.material} {card.name or ''}".strip()), title), "card-head", navigate.follow)
    if not card.months:
        key = "together" if card.together and "warehouse" in view.filters.where else "nowhere"
        ink(states.state(view, "empty", view.text(f"stock_card.{key}")), "card-empty", navigate.follow)
        return
    ink(h("div", "gap", facts_of(view, card), notes(view, card)), "card-facts")
    title_text = fmt.join([view.text("stock_card.months"), _unit(view, card)], view.language)
    blocks.block(
        view, "card-months", title_text, view.text("stock_card.months_note"), months_table(view, card),
        lambda: _drawn(months_tree(view, card), "card-months"),
    )  # fmt: skip
    _movements(view, card)


def _drawn(tree: Node, key: str) -> None:
    ink(tree, key, navigate.follow)


def _unit(view: View, card: StockCard) -> str:
    return view.text("stock_card.unit", uom=card.uom) if card.uom else ""


def way(view: View, name: str) -> Node:
    """``库存 › P15018 蜗轮减速机``."""
    back = h("span", "link", view.text("page.inventory"), go=navigate.target("page", "inventory"))
    return h("div", "crumb", back, h("span", "", "›"), h("b", "", name))


def facts_of(view: View, card: StockCard) -> Node:
    """What lies there now and what it is worth; days below zero in the year; where it lies."""
    last, language = card.months[-1], view.language
    below = sum(month.negative_days for month in card.months)
    told = [
        (view.text("stock_card.on_hand"), quantity(last.quantity.closing, card.uom or "")),
        (view.text("stock_card.worth"), money(view, card, last.value.closing)),
        (view.text("stock_card.as_of"), fmt.day(card.until, language)),
        (view.text("stock_card.below"), view.text("stock_card.days", count=fmt.whole(below))),
        (words.dimension("warehouse", language), fmt.listed(card.places, language) or fmt.ABSENT),
    ]
    return h("div", "facts", *(h("div", "", h("span", "", name), h("b", "", text)) for name, text in told))


def notes(view: View, card: StockCard) -> Node | None:
    """What the card rests on where it is not the books alone, and what of it is out of sight."""
    told = []
    lacking = sorted({place for month in card.months for place in month.lacking})
    if any(month.summarised for month in card.months):
        told.append(view.text("stock_card.summarised"))
    if lacking:
        told.append(view.text("stock_card.lacking", places=fmt.listed(lacking, view.language)))
    if any(month.quantity.opening is None for month in card.months):
        told.append(view.text("stock_card.no_balance"))
    if card.together and "warehouse" not in view.filters.where:
        told.append(view.text("stock_card.together"))
    if card.hidden:
        told.append(t("scope.hidden_columns", view.language, columns=t("column_group.cost", view.language)))
    return h("div", "s", " ".join(told)) if told else None


def quantity(value: Decimal | None, unit: str = "") -> str:
    """All digits a quantity has."""
    if value is None:
        return fmt.ABSENT
    places = max(0, -int(value.normalize().as_tuple().exponent)) if value else 0
    return f"{fmt.exact(float(value), min(places, 4))} {unit}".strip()


def money(view: View, card: StockCard, value: Decimal | None) -> str:
    """An amount in the ledger's currency; one that may not be seen says so."""
    if card.hidden:
        return t("scope.hidden", view.language)
    if value is None:
        return fmt.ABSENT
    return f"{fmt.exact(float(value), 2)} {fmt.currency_name(card.currency, view.language)}".strip()


# ---------------------------------------------------------------- months


def parts(months: Sequence[Month]) -> list[str]:
    """The columns that say something: `other` only where stated balances differ from what moved."""
    moved = any(month.quantity.other or month.value.other for month in months)
    return [name for name in AMOUNTS if name != "other" or moved]


def months_tree(view: View, card: StockCard) -> Node:
    """A line for each month, the newest first."""
    shown, differs = parts(card.months), any(month.difference for month in card.months)
    names = [("", view.text("column.period"))]
    names += [("n", view.text(f"stock_card.{name}")) for name in shown]
    names += [("n", view.text("stock_card.closing_value")), ("n", view.text("stock_card.below"))]
    names += [("n", view.text("stock_card.difference"))] if differs else []
    head = h("tr", "", *(h("th", css, name, scope="col") for css, name in names))
    body = []
    for month in reversed(card.months):
        below = fmt.whole(month.negative_days) if month.negative_days else fmt.ABSENT
        label = fmt.period(month.period.label, view.language)
        if month.lacking:
            label = f"{label} *"
        cells = [h("td", "nw", label)]
        cells += [_amount(month.quantity, name) for name in shown]
        cells.append(h("td", "n", _shown(view, card, month.value.closing)))
        cells.append(h("td", "n tbad b" if month.negative_days else "n", below))
        if differs:
            cells.append(h("td", "n tmid" if month.difference else "n", _signed(month.difference)))
        body.append(h("tr", "", *cells))
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *body)))


def _amount(amounts: Amounts, name: str) -> Node:
    value: Decimal | None = getattr(amounts, name)
    below = value is not None and value < 0 and name in ("opening", "closing")
    return h("td", "n tbad b" if below else "n b" if name == "closing" else "n", quantity(value))


def _shown(view: View, card: StockCard, value: Decimal | None) -> str:
    """An amount in a column; one out of sight is no missing one."""
    if card.hidden:
        return t("scope.hidden", view.language)
    return fmt.ABSENT if value is None else fmt.exact(float(value), 2)


def _signed(value: Decimal | None) -> str:
    if not value:
        return fmt.ABSENT
    return ("+" if value > 0 else "") + quantity(value)


def months_table(view: View, card: StockCard) -> blocks.Table:
    """Quantities and values of every month, oldest first."""
    shown = parts(card.months)
    columns = [view.text("column.period")]
    columns += [view.text(f"stock_card.{name}") for name in shown]
    columns += [view.text("stock_card.value_of", name=view.text(f"stock_card.{name}")) for name in shown]
    columns += [view.text("stock_card.below"), view.text("stock_card.difference")]
    rows = []
    for month in card.months:
        line: list[Any] = [month.period.label]
        line += [_plain(getattr(month.quantity, name)) for name in shown]
        line += [None if card.hidden else _plain(getattr(month.value, name)) for name in shown]
        rows.append([*line, month.negative_days, _plain(month.difference)])
    return blocks.Table(_named(view, card, "months"), columns, rows, about(view, card))


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _named(view: View, card: StockCard, part: str) -> str:
    return f"{view.text(f'stock_card.{part}')}_{card.material}"


def about(view: View, card: StockCard) -> dict[str, str]:
    """The facts an export carries."""
    where = {name: value for name, value in view.filters.where.items() if name in ("company", "warehouse")}
    language = view.language
    slices = fmt.listed(
        (f"{words.dimension(k, language)} {words.value(k, v, language)}" for k, v in where.items()), language
    )
    return {
        words.dimension("material", language): f"{card.material} {card.name or ''}".strip(),
        view.text("export.ledger"): view.company,
        view.text("export.window"): fmt.window(view.filters.start, view.filters.end, language),
        view.text("export.filters"): slices or view.text("export.no_filters"),
        view.text("export.as_of"): fmt.day(card.until, language),
        view.text("export.version"): str(card.version),
        **({view.text("materials.uom"): card.uom} if card.uom else {}),
    }


# ---------------------------------------------------------------- movements


def _movements(view: View, card: StockCard) -> None:
    when = fmt.window(view.filters.start, view.filters.end, view.language)
    title = fmt.join([view.text("stock_card.movements", count=fmt.whole(len(card.lines))), when], view.language)
    if not card.lines:
        none = h("p", "s", view.text("stock_card.no_movements"))
        ink(h("div", "blk", h("h3", "", title), none), "card-no-lines", navigate.follow)
        return
    said = [view.text("stock_card.movements_note")]
    if len(card.lines) > SHOWN:
        said.append(view.text("stock_card.newest", shown=SHOWN))
    note = fmt.join(said, view.language)
    blocks.block(
        view, "card-lines", title, note, lines_table(view, card),
        lambda: _drawn(lines_tree(view, card), "card-lines"),
    )  # fmt: skip


def lines_tree(view: View, card: StockCard) -> Node:
    """The newest movements in the order they happened; a click opens the document."""
    language, opens = view.language, door.allowed(view.actor, "document")
    place = len(card.places) > 1 and "warehouse" not in view.filters.where
    names = [("", "column.day"), ("", "column.document"), ("", "stock_card.kind")]
    names += [("", "stock_card.place")] if place else []
    names += [("n", "stock_card.moved"), ("n", "stock_card.balance"), ("n", "stock_card.worth")]
    names += [("", "stock_card.source")] if card.sources_shown else []
    head = h("tr", "", *(h("th", css, view.text(name), scope="col") for css, name in names))
    body = []
    for line in card.lines[-SHOWN:]:
        move, below = line.move, line.balance is not None and line.balance < 0
        go = (
            None
            if move is None or not opens
            else navigate.target("document", view.page, "stock_movements", move.document)
        )
        balance = quantity(line.balance)
        cells = [
            h("td", "nw", fmt.day(line.day, language)),
            h("td", "nw", fmt.ABSENT if move is None else move.document_no or view.text("documents.no_number")),
            h("td", "", kind_of(view, line)),
            h("td", "nw", fmt.ABSENT if move is None else move.place[1] or fmt.ABSENT) if place else None,
            h("td", "n", _signed(line.quantity)),
            h("td", "n tbad b" if below else "n b", f"● {balance}" if below else balance),
            h("td", "n", _shown(view, card, line.worth)),
            h("td", "s nw", source_of(view, card, line)) if card.sources_shown else None,
        ]
        body.append(h("tr", "" if move else "off", *(cell for cell in cells if cell is not None), go=go))
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *body)))


def kind_of(view: View, line: Line) -> str:
    if line.move is None:
        return view.text("stock_card.unexplained")
    return words.value("movement_kind", line.move.kind, view.language)


def source_of(view: View, card: StockCard, line: Line) -> str:
    """``出入库流水账.csv，第 17 行``."""
    move = line.move
    source = None if move is None else card.sources.get((move.delivery, move.part, move.row))
    if source is None:
        return fmt.ABSENT
    file = fmt.join([source.file, source.sheet or ""], view.language)
    return view.text("stock_card.source_line", file=file, line=fmt.whole(source.line))


def lines_table(view: View, card: StockCard) -> blocks.Table:
    """Every movement of the window with its source."""
    columns = [view.text("column.day"), view.text("column.document"), view.text("stock_card.kind")]
    columns += [words.dimension(name, view.language) for name in ("company", "warehouse")]
    columns += [view.text(f"stock_card.{name}") for name in ("partner", "moved", "balance", "value", "worth")]
    columns += [view.text(f"column.{name}") for name in ("file", "sheet", "line")] if card.sources_shown else []
    rows = []
    for line in card.lines:
        move = line.move
        cells: list[Any] = [line.day.isoformat(), move.document_no if move else None, kind_of(view, line)]
        cells += [move.place[0] or None, move.place[1], move.partner] if move else [None, None, None]
        cells += [_plain(line.quantity), _plain(line.balance)]
        cells += [None, None] if card.hidden else [_plain(line.value), _plain(line.worth)]
        source = card.sources.get((move.delivery, move.part, move.row)) if move else None
        if card.sources_shown:
            cells += [source.file, source.sheet, source.line] if source else [None, None, None]
        rows.append(cells)
    return blocks.Table(_named(view, card, "movements_name"), columns, rows, about(view, card))
