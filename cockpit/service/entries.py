"""The audit trail as it is searched and shown."""

from __future__ import annotations

from datetime import UTC, datetime

from cockpit.access.audit import AuditTrail
from cockpit.errors import UsageError
from cockpit.service.persons import AuditView

MOST_ENTRIES = 100_000


def found(trail: AuditTrail, text: str, actor: str, action: str, since: str, until: str, limit: int) -> list[AuditView]:
    """The newest entries that fit, newest first. UsageError where `since` or `until` is no ISO day or instant."""
    rows = trail.search(
        text=text,
        actor=actor,
        action=action,
        since=_instant(since),
        until=_instant(until),
        limit=max(1, min(limit, MOST_ENTRIES)),
    )
    return [AuditView(one.seq, _told_at(one.at), one.actor, one.action, one.resource, one.detail) for one in rows]


def _instant(text: str) -> str:
    """As entries say it; UTC where no offset is named."""
    if not text:
        return ""
    try:
        found = datetime.fromisoformat(text)
        placed = found if found.tzinfo else found.replace(tzinfo=UTC)
        return placed.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError) as error:
        raise UsageError("audit_instant_not_readable", value=text) from error


def _told_at(text: str) -> datetime:
    """When an entry says it was written; the beginning of time where somebody made that unreadable."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
