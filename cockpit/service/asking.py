"""What holds for every question to the cockpit: its answer shows one state, and whoever is turned away is noted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from cockpit.errors import NotAllowedError
from cockpit.service.requests import Actor
from cockpit.service.trail import Trail
from cockpit.warehouse.store import Warehouse


class Asks(Protocol):
    """What is asked: the cockpit, as far as these two need it."""

    _warehouse: Warehouse
    _trail: Trail


Desk = TypeVar("Desk", bound=Asks)
Asked = ParamSpec("Asked")
Told = TypeVar("Told")


def one_state(question: Callable[Concatenate[Desk, Asked], Told]) -> Callable[Concatenate[Desk, Asked], Told]:
    """The whole answer shows one state of the warehouse, however many statements it takes and whoever delivers."""

    @functools.wraps(question)
    def ask(desk: Desk, /, *asked: Asked.args, **named: Asked.kwargs) -> Told:
        with desk._warehouse.snapshot():
            return question(desk, *asked, **named)

    return ask


def at_the_door(
    question: Callable[Concatenate[Desk, Actor, Asked], Told],
) -> Callable[Concatenate[Desk, Actor, Asked], Told]:
    """Whoever is turned away is written down."""

    @functools.wraps(question)
    def ask(desk: Desk, actor: Actor, /, *asked: Asked.args, **named: Asked.kwargs) -> Told:
        try:
            return question(desk, actor, *asked, **named)
        except NotAllowedError as error:
            desk._trail.denied(actor, error)
            raise

    return ask
