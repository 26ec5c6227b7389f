"""Clicks become addresses: every place in the cockpit can be linked to, and the chosen filters travel along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cockpit.ui.filters import Filters
from cockpit.ui.session import session
from cockpit.ui.sitemap import DEFAULT, METRIC_PAGES

# Parameters that belong to one page and are dropped on the way to another.
PAGE_PARAMETERS = ("table", "document", "via", "part", "metric", "card")


def target(kind: str, *parts: str) -> str:
    """A click target: ``slice/department/采购部``. Only the last part may hold a slash."""
    return "/".join((kind, *parts))


def follow(click: str) -> None:
    """Do what a click in a drawn block asks for."""
    kind, _, rest = click.partition("/")
    if kind == "metric":
        to_page(METRIC_PAGES.get(rest, DEFAULT))
    elif kind == "page":
        to_page(rest)
    elif kind == "narrowed":
        narrowed(*rest.split("/", 3))
    elif kind == "data":
        to_page("data")
    elif kind == "entry":
        to_page("dictionary", {"metric": rest} if rest else None)
    elif kind == "basis":
        session().basis = rest
    elif kind == "help":
        session().help = rest
    elif kind == "mode":
        block, _, mode = rest.partition("/")
        session().modes[block] = mode
    elif kind == "slice":
        dimension, _, value = rest.partition("/")
        choose_slice(dimension, value or None)
    elif kind == "slices":
        filters = session().filters
        if filters is not None:
            choose(replace(filters, where={}))
    elif kind == "material":
        to_page("inventory", {"card": rest} if rest else None)
    elif kind == "document":
        via, table, document = rest.split("/", 2)
        to_page("document", {"via": via, "table": table, "document": document})


def narrowed(metric: str, month: str, dimension: str, value: str) -> None:
    """Leave for the metric's page in that month, narrowed to one value of a dimension where one is named."""
    filters = session().filters
    if filters is not None:
        filters = replace(filters, month=month or filters.month)
        session().filters = filters.with_slice(dimension, value) if dimension and value else filters
    to_page(METRIC_PAGES.get(metric, DEFAULT))


def to_page(name: str, extra: Mapping[str, str] | None = None) -> None:
    """Leave for another page of the cockpit, filters included."""
    memory = session()
    params = dict(memory.filters.address()) if memory.filters else {}
    if memory.language and st.query_params.get("lang"):
        params["lang"] = st.query_params["lang"]
    st.switch_page(memory.pages[name], query_params=params | dict(extra or {}))


def choose(filters: Filters) -> None:
    """Remember a choice and write it into the address."""
    session().filters = filters
    write(filters)


def choose_slice(dimension: str, value: str | None) -> None:
    filters = session().filters
    if filters is not None:
        choose(filters.with_slice(dimension, value))


def write(filters: Filters | None) -> None:
    """Bring the address in line with what is shown; touches it only where it differs."""
    now = st.query_params.to_dict()
    wanted = {name: now[name] for name in (*PAGE_PARAMETERS, "lang") if name in now}
    if filters is not None:
        wanted |= filters.address()
    if wanted != now:
        st.query_params.from_dict(wanted)


def to_first() -> None:
    """Leave for the start: the first page whoever looks may open."""
    memory = session()
    st.switch_page(memory.start, query_params=dict(memory.filters.address()) if memory.filters else {})
