"""Who asks: a person with what they may do and what they may see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cockpit.access.grants import ALSO, CHANGES, EVERY, NOTHING, Grants
from cockpit.errors import NotAllowedError
from cockpit.model.sensitive import GROUPS
from cockpit.scope import EVERYTHING, Scope


@dataclass(frozen=True)
class Actor:
    """`name` is what the audit trail and deliveries call them, `label` what people read.

    Without `grants` an actor may do nothing. `person` is the id of their record and `session` the key of the session
    they came by; None for the operator at the machine. `behind` names the administrator who looks through these eyes:
    such an actor only reads. `demo` marks the invented people of the sample company. Personal data are masked in the
    scope of whoever may not see them as they are.
    """

    name: str
    scope: Scope = EVERYTHING
    grants: Grants = NOTHING
    label: str = ""
    person: int | None = None
    session: str | None = None
    behind: str | None = None
    demo: bool = False

    def __post_init__(self) -> None:
        if not self.grants.allow("personal"):
            masked = replace(self.scope, masked=self.scope.masked | GROUPS["personal"])
            object.__setattr__(self, "scope", masked)

    @property
    def sight(self) -> tuple[object, ...]:
        """Equal for actors who get the same answers; part of the key of every answer that is kept."""
        return (self.scope.key, self.grants.held, self.behind is None)

    def may(self, action: str, resource: str = "") -> bool:
        """Whether the actor may do `action` to `resource`."""
        if not self.grants.allow(action, resource) or (self.behind is not None and action in CHANGES):
            return False
        also = ALSO.get(f"{action}:{resource}")
        return also is None or self.grants.allow(also)

    def must(self, action: str, resource: str = "") -> None:
        """NotAllowedError, which names the action and the resource, where the actor may not."""
        if self.behind is not None and action in CHANGES:
            raise NotAllowedError("looking_only", action=action, resource=resource)
        if not self.may(action, resource):
            raise NotAllowedError("action_not_allowed", action=action, resource=resource)

    def must_manage(self) -> None:
        """NotAllowedError where the actor may not change people, their accounts and sessions: invented ones never."""
        if self.demo:
            raise NotAllowedError("demo_manages_nobody")
        self.must("people")


LOCAL_ADMINISTRATOR = Actor("local", EVERYTHING, EVERY)
"""Whoever has a shell on the machine: the command line, and the server itself."""
UNKNOWN = "-"
"""Who is written down where nobody knows who it was."""
