"""People and roles: who there is, what each may do and see, and why; every change is in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit.access import passwords
from cockpit.access import why as reasons
from cockpit.access.actor import Actor
from cockpit.access.audit import AuditReport, AuditTrail, Note
from cockpit.access.grants import CHANGES
from cockpit.access.people import Invented, PersonDraft, checked, draft_of, folded
from cockpit.access.roles import ADMINISTRATOR, RoleFacts, grants_of, shown_to
from cockpit.access.scopes import Departments, mask_key, scope_of
from cockpit.access.sessions import IDLE, LONGEST
from cockpit.access.why import Why
from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.locale import Language
from cockpit.model.sensitive import GROUPS
from cockpit.records import Records, Session, accounts, people, sessions
from cockpit.records.tables import Person
from cockpit.service import entries
from cockpit.service import roles as role_desk
from cockpit.service.limits import Limits
from cockpit.service.persons import AuditView, PersonView, RoleView
from cockpit.warehouse.store import Warehouse

ACTIVE, DISABLED = "active", "disabled"
LOOKED_ANEW = timedelta(minutes=30)  # after which a look through another's eyes is noted again
Locks = Callable[[str], datetime | None]  # until when a name is locked


class PeopleDesk:
    """Every method that manages takes the actor first and checks what they may."""

    def __init__(
        self,
        records: Records,
        audit: AuditTrail,
        warehouse: Warehouse,
        secret: str,
        clock: Callable[[], datetime],
        locks: Callable[[], Locks] = lambda: lambda _: None,
    ) -> None:
        """`locks` looks who is locked after failed logins."""
        self._records = records
        self._audit = audit
        self._mask_key = mask_key(secret)
        self._clock = clock
        self._locks = locks
        self._limits = Limits(warehouse)
        self._looks: dict[str, tuple[object, datetime]] = {}

    # ---------------------------------------------------------------- people

    def people(self, actor: Actor) -> list[PersonView]:
        """Everybody, by name."""
        actor.must("people")
        with self._records.reading() as session:
            open_ = self._sessions(session)
            locked = self._locks()
            return [self._view(one, open_, locked) for one in people.everyone(session)]

    def person(self, actor: Actor, number: int) -> PersonView:
        """RefusedError where there is nobody of that id."""
        actor.must("people")
        with self._records.reading() as session:
            return self._view(_found(session, number), self._sessions(session))

    def person_named(self, actor: Actor, name: str) -> PersonView:
        """Whoever signs in with that name. UsageError `person_unknown`."""
        actor.must("people")
        with self._records.reading() as session:
            found = accounts.named(session, folded(name))
            if found is None:
                raise UsageError("person_unknown", name=name)
            return self._view(found, self._sessions(session))

    def add(self, actor: Actor, draft: PersonDraft, password: str = "") -> PersonView:
        """A new person; without a password they cannot sign in before they were given a link to set one."""
        actor.must_manage()
        hashed = None
        if password:
            passwords.check(password, folded(draft.name))
            hashed = passwords.kept(password)
        with self._audit.writing() as (session, note):
            people.lock(session)
            told = checked(draft, role_desk.known(session))
            if accounts.named(session, told.name) is not None:
                raise RefusedError("person_name_taken", name=told.name)
            made = Person(
                name=told.name,
                label=told.label,
                state=ACTIVE,
                demo=False,
                password_hash=hashed,
                password_at=self._now() if hashed else None,
                everything=told.everything,
                created_at=self._now(),
                created_by=actor.name,
                revision=1,
            )
            session.add(made)
            _settle(made, told)
            session.flush()
            note(actor.name, "person_added", f"person:{told.name}", {"after": _facts(told), "password": bool(hashed)})
            self._close_setup(session, told)
            return self._view(made, {})

    def change(self, actor: Actor, number: int, revision: int, draft: PersonDraft) -> PersonView:
        """What is said of a person becomes `draft`. A change of rights ends their sessions.

        RefusedError `person_changed_meanwhile` where `revision` is no longer theirs, `last_administrator`, and
        `person_name_stays`: deliveries and the trail tell people by the name they sign in with.
        """
        actor.must_manage()
        with self._audit.writing() as (session, note):
            people.lock(session)
            kept = _found(session, number, revision)
            told, before = checked(draft, role_desk.known(session)), draft_of(kept)
            if told == before:
                return self._view(kept, self._sessions(session))
            if told.name != before.name:
                raise RefusedError("person_name_stays", name=before.name)
            loses = before.everything and not told.everything
            if loses or ADMINISTRATOR not in told.roles:
                _must_leave_an_administrator(session, kept)
            kept.label, kept.everything = told.label, told.everything
            _settle(kept, told)
            kept.revision += 1
            session.flush()
            self._note_change(session, note, actor, kept, before, told)
            self._close_setup(session, told)
            return self._view(kept, self._sessions(session))

    def set_state(self, actor: Actor, number: int, revision: int, state: str) -> PersonView:
        """Disable a person, which ends their sessions, or let them in again. Refused as `change` is."""
        actor.must_manage()
        if state not in (ACTIVE, DISABLED):
            raise UsageError("person_state_unknown", state=state)
        with self._audit.writing() as (session, note):
            people.lock(session)
            kept = _found(session, number, revision)
            if kept.state == state:
                return self._view(kept, self._sessions(session))
            if state == DISABLED:
                _must_leave_an_administrator(session, kept)
            kept.state = state
            kept.revision += 1
            session.flush()
            ended = sessions.end_of(session, kept.id, self._now(), DISABLED) if state == DISABLED else 0
            action = "person_disabled" if state == DISABLED else "person_enabled"
            note(actor.name, action, f"person:{kept.name}", {"sessions_ended": ended})
            return self._view(kept, self._sessions(session))

    def _note_change(
        self, session: Session, note: Note, actor: Actor, kept: Person, before: PersonDraft, after: PersonDraft
    ) -> None:
        """The facts that differ go into the trail; sessions that stand on other rights end."""
        old, new = _facts(before), _facts(after)
        changed = [name for name in new if new[name] != old[name]]
        ended = 0
        if set(changed) - {"label"}:
            ended = sessions.end_of(session, kept.id, self._now(), "rights_changed")
        detail = {
            "before": {name: old[name] for name in changed},
            "after": {name: new[name] for name in changed},
            "sessions_ended": ended,
        }
        note(actor.name, "person_changed", f"person:{kept.name}", detail)

    def _close_setup(self, session: Session, told: PersonDraft) -> None:
        """With an administrator the setup is over, and the people of the sample company leave."""
        if ADMINISTRATOR in told.roles:
            accounts.set_setup_done(session, self._now().isoformat(timespec="seconds"))
            accounts.drop_demo(session)

    def _sessions(self, session: Session) -> dict[int, int]:
        now = self._now()
        return people.open_sessions(session, now - LONGEST, now - IDLE)

    def _view(self, one: Person, open_: Mapping[int, int], locked: Locks | None = None) -> PersonView:
        told = draft_of(one)
        return PersonView(
            id=one.id,
            name=told.name,
            label=told.label,
            state=one.state,
            demo=one.demo,
            roles=told.roles,
            everything=told.everything,
            rules=told.rules,
            columns=told.columns,
            password=one.password_hash is not None,
            created_at=one.created_at,
            created_by=one.created_by,
            signed_in_at=one.signed_in_at,
            locked_until=(locked or self._locks())(one.name),
            sessions=open_.get(one.id, 0),
            revision=one.revision,
        )

    # ---------------------------------------------------------------- roles

    def roles(self, actor: Actor, language: Language) -> list[RoleView]:
        """The product's roles and the company's own, in that order."""
        actor.must("people")
        with self._records.reading() as session:
            return role_desk.views(session, language)

    def held_by(self, actor: Actor, language: Language) -> tuple[str, ...]:
        """The roles an actor holds by their labels; none for who is nobody's record."""
        if actor.person is None:
            return ()
        with self._records.reading() as session:
            return role_desk.held_by(session, actor.person, language)

    def able(self, action: str, language: Language, resource: str = "") -> tuple[str, ...]:
        """The roles that allow an action (to something of its kind, where no `resource` is named), by their labels."""
        with self._records.reading() as session:
            return role_desk.able(session, action, language, resource)

    def save_role(self, actor: Actor, role: RoleView) -> RoleView:
        """Add a role of the company's own (revision 0) or change one; ends the sessions of those who hold it.

        RefusedError `role_changed_meanwhile`, `role_taken`; UsageError for what cannot be.
        """
        actor.must_manage()
        with self._audit.writing() as (session, note):
            people.lock(session)
            return role_desk.save(session, note, actor.name, role, self._now())

    def remove_role(self, actor: Actor, name: str) -> None:
        """Take away a role of the company's own that nobody holds. RefusedError otherwise."""
        actor.must_manage()
        with self._audit.writing() as (session, note):
            people.lock(session)
            role_desk.remove(session, note, actor.name, name)

    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Column groups with the columns they hold."""
        return {group: tuple(sorted(columns)) for group, columns in GROUPS.items()}

    def grants(self) -> Mapping[str, tuple[str, ...]]:
        """Every action with what it can be done to; empty where it stands for itself."""
        return role_desk.catalogue()

    # ---------------------------------------------------------------- who asks

    def resolve(self, person_id: int, session: str | None = None) -> Actor:
        """The actor an active person is; `session` is the key of theirs. NotAllowedError for anybody else."""
        with self._records.reading() as reading:
            found = accounts.by_id(reading, person_id)
            if found is None or found.state != ACTIVE:
                raise NotAllowedError("person_not_active")
            return self._actor(reading, found, session)

    def named(self, name: str) -> Actor:
        """The actor a name stands for. UsageError `person_unknown`; NotAllowedError where disabled."""
        with self._records.reading() as reading:
            found = accounts.named(reading, folded(name))
            if found is None:
                raise UsageError("person_unknown", name=name)
            if found.state != ACTIVE:
                raise NotAllowedError("person_not_active")
            return self._actor(reading, found, None)

    def view_as(self, actor: Actor, person_id: int) -> Actor:
        """`actor` looking through a person's eyes, without changing anything."""
        actor.must("people")
        seen = self.resolve(person_id)
        self._note_look(actor, f"person:{seen.name}", person_id, {})
        return replace(seen, grants=seen.grants.without(CHANGES), behind=actor.name)

    def invented(self, actor: Actor, draft: PersonDraft) -> Actor:
        """Somebody who does not exist, as `actor` would see through their eyes with `look`. UsageError for what nobody
        can be."""
        actor.must("people")
        with self._records.reading() as session:
            told = checked(draft, role_desk.known(session))
            held = role_desk.held(session, told.roles)
        seen = self._made(told, held)
        return Invented(
            name=told.name,
            scope=seen.scope,
            grants=seen.grants.without(CHANGES),
            label=told.label,
            behind=actor.name,
            draft=told,
        )

    def look(self, actor: Actor, eyes: Actor) -> Actor:
        """The same eyes, as they see by now. NotAllowedError where they are nobody's any more."""
        if isinstance(eyes, Invented) and eyes.draft is not None:
            anew = self.invented(actor, eyes.draft)
            self._note_look(actor, "invented", repr(eyes.draft), {"as": _facts(eyes.draft)})
            return anew
        return self.view_as(actor, eyes.person or 0)

    def _actor(self, session: Session, one: Person, key: str | None) -> Actor:
        told = draft_of(one)
        made = self._made(told, role_desk.held(session, told.roles))
        return replace(made, person=one.id, session=key, demo=one.demo)

    def _made(self, told: PersonDraft, held: list[RoleFacts]) -> Actor:
        shown = shown_to(held, told.columns)
        trees = self._limits.departments() if any(rule.subtree for rule in told.rules) else Departments(())
        scope = scope_of(told.everything, told.rules, shown, trees, self._mask_key)
        return Actor(told.name, scope, grants_of(held), told.label)

    def _note_look(self, actor: Actor, resource: str, eyes: object, detail: Mapping[str, Any]) -> None:
        """A page asks with every click; one entry stands for a look that goes on."""
        now, who = self._now(), actor.session or actor.name
        before = self._looks.get(who)
        if before is None or before[0] != (resource, eyes) or not now - before[1] < LOOKED_ANEW:
            self._audit.note(actor.name, "view_as", resource, detail)
        self._looks = {one: look for one, look in self._looks.items() if now - look[1] < LOOKED_ANEW}
        self._looks[who] = ((resource, eyes), now)

    # ---------------------------------------------------------------- why

    def why(
        self, actor: Actor, subject: Actor, action: str, resource: str = "", dimension: str = "", value: str = ""
    ) -> Why:
        """Why `subject` may do `action` to `resource`, or not; see `cockpit.access.why.Asked` for what can be asked.

        For somebody looked at through `view_as` or `invented` the answer is about that person.
        """
        actor.must("people")
        asked = reasons.Asked(action, resource, dimension, value)
        with self._records.reading() as session:
            if isinstance(subject, Invented) and subject.draft is not None:
                told, active = subject.draft, True
            elif subject.person is not None:
                found = _found(session, subject.person)
                told, active = draft_of(found), found.state == ACTIVE
            else:
                return reasons.operator()
            held = role_desk.held(session, told.roles)
        reached = self._limits.unreached
        return reasons.why(asked, told, active, held, self._limits.departments(), lambda name: reached(told, name))

    def dimensions(self, actor: Actor) -> dict[str, list[str]]:
        """What rows can be limited by, each with the values it has in the data, in order, as far as the first 500."""
        actor.must("people")
        return self._limits.values()

    # ---------------------------------------------------------------- audit

    def audit(
        self,
        actor: Actor,
        text: str = "",
        actor_name: str = "",
        action: str = "",
        since: str = "",
        until: str = "",
        limit: int = 500,
    ) -> list[AuditView]:
        """The newest entries that fit, newest first; `since` (inclusive) and `until` (exclusive) are ISO days or
        instants, in UTC where they name no offset. UsageError where they are none."""
        actor.must("audit")
        return entries.found(self._audit, text, actor_name, action, since, until, limit)

    def verify_audit(self, actor: Actor) -> AuditReport:
        """Whether the audit trail holds, and where it does not."""
        actor.must("audit")
        return self._audit.verify()

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=UTC)


def _found(session: Session, number: int, revision: int | None = None) -> Person:
    """The person of that id, at that revision and no product of the sample where one is given."""
    found = accounts.by_id(session, number)
    if found is None:
        raise RefusedError("person_gone")
    if revision is not None and found.demo:
        raise RefusedError("person_is_demo")
    if revision is not None and found.revision != revision:
        raise RefusedError("person_changed_meanwhile", label=found.label)
    return found


def _must_leave_an_administrator(session: Session, kept: Person) -> None:
    if people.active_holders(session, ADMINISTRATOR) == [kept.id]:
        raise RefusedError("last_administrator", label=kept.label)


def _settle(kept: Person, told: PersonDraft) -> None:
    rules = {(rule.dimension, rule.value): rule.subtree for rule in told.rules}
    people.settle(kept, told.roles, rules, told.columns)


def _facts(draft: PersonDraft) -> dict[str, Any]:
    """What the audit trail says of a person."""
    return {**asdict(draft), "roles": list(draft.roles), "columns": dict(draft.columns)}
