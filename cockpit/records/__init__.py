"""The application's own database: people, sessions, roles, scopes and the audit trail."""

from cockpit.records.store import Records

__all__ = ["Records"]
