"""What people may do, as data: actions, each with what it is done to, and sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Each action with the kind of thing it is done to; an action without one stands for itself.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "page": "page",  # open a page
        "metric": "metric",  # see a figure
        "drill": "",  # see the documents behind a figure, and single documents
        "source_row": "",  # see which file, sheet and line a row came from
        "export": "",  # take tables out as files
        "personal": "",  # see personal data as they are
        "deliver": "table",  # bring in rows of a canonical table
        "reject": "",  # take the rejected rows of a delivery out
        "undo": "",
        "decide": "",  # release or drop a held delivery
        "sync": "",  # see connections and run them
        "ledger": "",  # change a ledger's time zone, month and currency
        "sample": "",  # load or take away the sample company
        "threshold": "",  # change when a figure warns
        "people": "",  # people, roles, scopes, sessions
        "audit": "",  # read and export the audit trail
    }
)
ANY = "*"
ALSO: Mapping[str, str] = MappingProxyType({"deliver:departments": "people"})
"""What takes a second action's permission: scopes reach as far down as the departments stand below each other."""


@dataclass(frozen=True)
class Grants:
    """A set of permissions, written ``action`` or ``action:object``; ``*`` as object stands for all of its kind.

    What is not granted is denied. Raises ValueError for an action that does not exist.
    """

    held: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for grant in self.held:
            action, colon, _ = grant.partition(":")
            if action not in ACTIONS or bool(colon) != bool(ACTIONS[action]):
                raise ValueError(grant)

    @classmethod
    def of(cls, *grants: str) -> Grants:
        return cls(frozenset(grants))

    def allow(self, action: str, resource: str = "") -> bool:
        """Whether `action` may be done (to `resource`); False for what does not exist."""
        if not ACTIONS.get(action):
            return action in self.held
        return f"{action}:{resource}" in self.held or f"{action}:{ANY}" in self.held

    def __or__(self, other: Grants) -> Grants:
        return Grants(self.held | other.held)

    def without(self, actions: Iterable[str]) -> Grants:
        """The same grants less everything the named actions allow."""
        gone = frozenset(actions)
        return Grants(frozenset(grant for grant in self.held if grant.partition(":")[0] not in gone))


NOTHING = Grants()
EVERY = Grants(frozenset(f"{action}:{ANY}" if kind else action for action, kind in ACTIONS.items()))
"""All actions on everything."""

CHANGES = frozenset({"deliver", "undo", "decide", "sync", "ledger", "sample", "threshold", "people"})
"""The actions that change something; nobody does them while looking through another's eyes."""
