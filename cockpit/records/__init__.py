"""The application's own database: people, sessions, roles, scopes and the audit trail."""

from sqlalchemy.orm import Session

from cockpit.records.store import Records

__all__ = ["Records", "Session"]
