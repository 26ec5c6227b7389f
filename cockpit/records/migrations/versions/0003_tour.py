"""People are led through the cockpit once; invented ones once in a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("people", "sessions"):
        op.add_column(table, sa.Column("tour", sa.String(length=20), nullable=True))


def downgrade() -> None:
    raise NotImplementedError
