"""Texts from outside are texts wherever they are shown: names, roles, searches and messages (A14, B8)."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft, RoleView
from cockpit.ui.plain import plain
from tests.house.tree import none, parsed, sources, where
from tests.ui.conftest import drawn, opened, session_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](http://203.0.113.9/p.png)",
    ":red[红]",
    ":material/home: :smile:",
    "$\\href{javascript:alert(1)}{x}$",
    "<svg/onload=alert(1)>",
    "{{7*7}} ${7*7} %(asctime)s {0.__class__}",
    '<iframe srcdoc="<script>alert(1)</script>">',
    "'; DROP TABLE users;--",
    '" OR 1=1 --',
    "../../etc/passwd",
    "https://203.0.113.9/ www.example.com a@b.cn",
    "**bold** `code` # head | - list\\",
]
# What Streamlit looks for in a label after Markdown was read, or instead of it.
LOOKED_FOR = re.compile(r":[a-z]|https?://|www\.|\w@\w|[^\\][\[\]()<>`*_$!#]", re.IGNORECASE)
# The parameters of Streamlit's elements that read Markdown.
MARKDOWN = {"markdown", "caption", "write", "title", "header", "subheader", "info", "toast", "badge", "text"}


@pytest.mark.parametrize("text", HOSTILE)
def test_every_mark_is_escaped(text: str) -> None:
    assert not LOOKED_FOR.search(plain(text))
    shown = re.sub(r"\\(.)", r"\1", plain(text)).replace("\u2060", "")
    assert shown == text


def test_lines_and_directions_stay_what_they_are() -> None:
    assert plain("日志\n2024 INFO") == "日志 2024 INFO"
    assert "\u202e" not in plain("\u202egnp.exe")


def test_no_page_hands_text_to_markdown() -> None:
    """Data go through drawn blocks, tables or `plain`; what reads Markdown is given texts of ours alone."""
    found = []
    for file in (file for file in sources("cockpit", "pages") if "ui" in file.parts or file.parent.name == "pages"):
        for node in ast.walk(parsed(file)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of_streamlit = isinstance(node.func.value, ast.Name) and node.func.value.id == "st"
            name = node.func.attr
            if of_streamlit and name in MARKDOWN:
                found.append(f"{where(file, node)} calls st.{name}")
            if of_streamlit and name in ("error", "success", "warning") and not _is_safe(node.args[0]):
                found.append(f"{where(file, node)} gives st.{name} what is not plain")
    none(found)


def _is_safe(argument: ast.expr) -> bool:
    """A call of `plain`, or a text of ours without anything put into it."""
    if not isinstance(argument, ast.Call):
        return False
    name = argument.func.id if isinstance(argument.func, ast.Name) else getattr(argument.func, "attr", "")
    return name == "plain" or (name in ("t", "text") and not argument.keywords)


def read_as_markdown(app: Any) -> str:
    """Every label and message of the page that the browser reads as Markdown."""
    said = [
        element.label for kind in ("button", "toggle", "text_input", "multiselect") for element in getattr(app, kind)
    ]
    said += [element.value for kind in ("error", "success", "warning", "markdown") for element in getattr(app, kind)]
    return "\n".join(said)


def test_hostile_names_are_shown_as_they_were_typed(empty: Cockpit) -> None:
    key = session_of(empty)
    made = []
    for number, text in enumerate(HOSTILE):
        role = RoleView(f"own-{number}", text[:100], False, ("page:overview",), (), (), 0, 0)
        empty.people.save_role(LOCAL_ADMINISTRATOR, role)
        made.append(empty.people.add(LOCAL_ADMINISTRATOR, PersonDraft(f"x{number}", text, (role.name,), True)))
    for part in ("people", "roles", "audit"):
        app = opened("admin", session=key, part=part)
        assert not app.exception
        assert all(text in drawn(app) for text in HOSTILE), part
        assert not any(text in read_as_markdown(app) for text in HOSTILE), part
    app = opened("admin", session=key)
    for one in made:
        app.session_state["cockpit"].admin.person = one.id
        app.session_state["cockpit"].admin.base = None
        app.run()
        app.button(key="person-save").click().run()
        assert not app.exception
        assert app.success and one.label not in read_as_markdown(app)
        assert not LOOKED_FOR.search(app.success[0].value.replace("\\ ", " "))


def test_drawn_texts_are_never_markup() -> None:
    """The one element that draws makes text nodes, from fixed tags, and follows only addresses of this server."""
    code = (Path(__file__).parents[2] / "cockpit" / "ui" / "ink.js").read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)
    assert "createTextNode" in code and json.dumps("script") not in code
