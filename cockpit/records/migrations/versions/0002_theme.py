"""People choose between light and dark."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("theme", sa.String(length=10), nullable=True))


def downgrade() -> None:
    raise NotImplementedError
