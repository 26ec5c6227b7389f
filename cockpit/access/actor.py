"""Who asks: a person with what they may do and what they may see."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.access.grants import EVERY, NOTHING, Grants
from cockpit.errors import NotAllowedError
from cockpit.scope import EVERYTHING, Scope


@dataclass(frozen=True)
class Actor:
    """`name` is what the audit trail and deliveries call them, `label` what people read.

    Without `grants` an actor may do nothing. `person` is the id of their record and `session` the key of the session
    they came by; None for the operator at the machine. `behind` names the administrator who looks through these eyes:
    such an actor only reads. `demo` marks the invented people of the sample company.
    """

    name: str
    scope: Scope = EVERYTHING
    grants: Grants = NOTHING
    label: str = ""
    person: int | None = None
    session: str | None = None
    behind: str | None = None
    demo: bool = False

    def may(self, action: str, resource: str = "") -> bool:
        """Whether the actor may do `action` to `resource`."""
        return self.grants.allow(action, resource)

    def must(self, action: str, resource: str = "") -> None:
        """NotAllowedError, which names the action and the resource, where the actor may not."""
        if not self.may(action, resource):
            raise NotAllowedError("action_not_allowed", action=action, resource=resource)


LOCAL_ADMINISTRATOR = Actor("local", EVERYTHING, EVERY)
"""Whoever has a shell on the machine: the command line, and the server itself."""
UNKNOWN = "-"
"""Who is written down where nobody knows who it was."""
