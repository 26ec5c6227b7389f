"""The nodes that `ink` draws: plain lists, so that every block is a function from figures to a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = list[Any]  # [tag, classes, {attribute: value}, child or text, …]

_DRAWN = frozenset({"svg", "path", "line"})


def h(tag: str, classes: str = "", *children: Node | str | None, **attributes: Any) -> Node:
    """``h("div", "card", "text", w=40, go="basis/revenue")`` → node.

    One-letter keywords become CSS variables (``--w: 40``) outside drawings; ``go`` makes the node clickable.
    ``over`` leads a pointer anywhere on the node to the same place as a child whose ``go`` it repeats: what can be
    clicked must not hold something else that can.
    Children that are None are left out.
    """
    named = {
        (f"--{key}" if len(key) == 1 and tag not in _DRAWN else key.replace("_", "-")): value
        for key, value in attributes.items()
        if value is not None
    }
    return [tag, classes, named, *(child for child in children if child is not None)]


def texts(node: Node | str) -> Iterator[str]:
    """All words of a tree in reading order; for tests and for exports of what is drawn."""
    if isinstance(node, str):
        yield node
        return
    for child in node[3:]:
        yield from texts(child)


def find(node: Node | str, name: str) -> Iterator[Node]:
    """Every node that carries the class `name`."""
    if isinstance(node, str):
        return
    if name in node[1].split():
        yield node
    for child in node[3:]:
        yield from find(child, name)


def targets(node: Node | str) -> Iterator[str]:
    """Everything in the tree that can be clicked, by its target."""
    if isinstance(node, str):
        return
    if "go" in node[2]:
        yield str(node[2]["go"])
    for child in node[3:]:
        yield from targets(child)
