"""What an actor may see, as a value: resolved sets per dimension, hidden and masked columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True)
class Scope:
    """A resolved scope.

    `allowed` maps a dimension (``ledger``, ``company``, ``department``, ``warehouse``, ``supplier_code`` …) to the
    values the actor may see; a dimension that is absent is not limited. A row whose value is missing is outside any
    limit. `hidden` names columns that come back empty, `masked` those whose texts come back unreadable but still apart
    from each other; `mask_key` keeps others from finding out which text a mask stands for. A column that is both is
    hidden. Trees are expanded before a scope is made.
    """

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    mask_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        frozen = {name: frozenset(values) for name, values in sorted(self.allowed.items())}
        object.__setattr__(self, "allowed", MappingProxyType(frozen))
        object.__setattr__(self, "hidden", frozenset(self.hidden))
        object.__setattr__(self, "masked", frozenset(self.masked) - self.hidden)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal scopes and only for them; part of every cache key."""
        return (
            tuple((name, tuple(sorted(values))) for name, values in self.allowed.items()),
            tuple(sorted(self.hidden)),
            tuple(sorted(self.masked)),
            self.mask_key,
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self.key == other.key

    def within(self, dimension: str, values: frozenset[str]) -> Scope:
        """The same scope, narrowed further along one dimension; never wider."""
        narrowed = dict(self.allowed)
        narrowed[dimension] = narrowed[dimension] & values if dimension in narrowed else values
        return replace(self, allowed=narrowed)


EVERYTHING = Scope()
