"""What the user guide says of each page, read from the guide itself so that page and book never differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from cockpit.locale import Language, t
from cockpit.ui import navigate
from cockpit.ui.sitemap import NAMES, ROOT
from cockpit.ui.tree import Node, h

GUIDES: dict[Language, str] = {"zh_CN": "user-guide.zh.md", "en": "user-guide.en.md"}
_ANCHOR = re.compile(r'<a id="([a-z]+)">')
_BLOCKS = {
    **{name: name for name in ("table", "thead", "tbody", "tr", "th", "td")},
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "heading": "h3",
    "strong": "b",
}


@dataclass(frozen=True)
class Section:
    """The part of the guide about one page: its heading, and what stands below it as it is drawn."""

    title: str
    body: Node


@cache
def sections(language: Language) -> Mapping[str, Section]:
    """By page. A section begins with a heading that carries the page's name as its anchor, and ends with the next
    heading of its rank. OSError where the guide is not beside the product."""
    text = (ROOT / "docs" / GUIDES[language]).read_text("utf-8")
    blocks = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text)).children
    found = {}
    for number, block in enumerate(blocks):
        page = _page(block)
        if page is not None:
            rest = blocks[number + 1 :]
            end = next((at for at, one in enumerate(rest) if one.type == "heading" and one.tag <= block.tag), len(rest))
            found[page] = Section(
                _words(block), h("div", "guide", *(node for one in rest[:end] for node in _drawn(one)))
            )
    return found


def sign(page: str, language: Language) -> Node:
    """``?`` beside the title of a page: opens its section."""
    name = t("ui.help.name", language, page=t(f"ui.page.{page}", language))
    return h("span", "help", "?", go=navigate.target("help", page), title=name, aria_label=name)


def _page(block: SyntaxTreeNode) -> str | None:
    """The page a heading is about."""
    named = _ANCHOR.search(block.children[0].content) if block.type == "heading" else None
    return named[1] if named is not None and named[1] in NAMES else None


def _words(block: SyntaxTreeNode) -> str:
    return "".join(one.content for one in block.walk() if one.type == "text")


def _drawn(block: SyntaxTreeNode) -> list[Node | str]:
    """The nodes of one piece. Pictures stay in the book; references keep their words, as their goal is not drawn."""
    if block.type in ("text", "code_block", "fence", "code_inline"):
        text = block.content
        if block.type == "text":
            return [text]
        return [h("code", "", text) if block.type == "code_inline" else h("p", "code", text.rstrip())]
    if block.type in ("softbreak", "hardbreak"):
        return [" "]
    inner = [] if block.type in ("image", "html_inline") else [node for one in block.children for node in _drawn(one)]
    if block.type == "paragraph":
        tight = block.parent is not None and block.parent.type == "list_item"
        return inner if tight else [h("p", "", *inner)] if inner else []
    tag = _BLOCKS.get(block.type)
    return inner if tag is None else [h(tag, "", *inner)]
