"""Why a report has its priority"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("reason", sa.String(length=60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("report") as report:
        report.drop_column("reason")
