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
    key: tuple[object, ...] = field(init=False, repr=False, compare=False)
    """Equal for equal scopes and only for them; part of every cache key."""

    def __post_init__(self) -> None:
        frozen = {name: frozenset(values) for name, values in sorted(self.allowed.items())}
        object.__setattr__(self, "allowed", MappingProxyType(frozen))
        object.__setattr__(self, "hidden", frozenset(self.hidden))
        object.__setattr__(self, "masked", frozenset(self.masked) - self.hidden)
        rows = tuple(frozen.items())
        object.__setattr__(self, "key", (rows, self.hidden, self.masked, self.mask_key))

    @property
    def rows_limited(self) -> bool:
        """Whether some rows of a ledger that may be seen are out of sight."""
        return any(dimension != "ledger" for dimension in self.allowed)

    @property
    def columns_limited(self) -> bool:
        """Whether some columns are out of sight or unreadable."""
        return bool(self.hidden or self.masked)

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
