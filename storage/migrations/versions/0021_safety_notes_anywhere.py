"""A safety note may have a street instead of a point, and no report"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("safety_note") as note:
        note.alter_column("report_id", existing_type=sa.String(length=32), nullable=True)
        note.alter_column("cell", existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM safety_note WHERE report_id IS NULL OR cell IS NULL")
    with op.batch_alter_table("safety_note") as note:
        note.alter_column("cell", existing_type=sa.LargeBinary(), nullable=False)
        note.alter_column("report_id", existing_type=sa.String(length=32), nullable=False)
