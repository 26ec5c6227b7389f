"""Pages made on the server: a tree of tags whose texts and attributes are always escaped."""

from __future__ import annotations

from html import escape

EMPTY = frozenset({"br", "img", "input", "link", "meta", "source"})


class Markup(str):
    """Text that is markup already; everything else is escaped when it is put into a tag."""

    __slots__ = ()


def tag(name: str, /, *inside: str | None, **attributes: str | bool | None) -> Markup:
    """``tag("a", "text", href="/")``. A trailing underscore leaves Python's own words free: ``class_``, ``for_``.

    True gives an attribute without value, False and None leave it out; other underscores become dashes.
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        plain = key.rstrip("_").replace("_", "-")
        written.append(f" {plain}" if value is True else f' {plain}="{escape(value)}"')
    opening = f"<{name}{''.join(written)}>"
    if name in EMPTY:
        return Markup(opening)
    return Markup(f"{opening}{joined(*inside)}</{name}>")


def joined(*parts: str | None) -> Markup:
    """The parts one after the other, those that are no markup escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part or "") for part in parts))
