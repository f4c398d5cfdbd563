"""planned shifts, mode and pause"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_shift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("badge", sa.String(length=40), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_shift")),
    )
    with op.batch_alter_table("planned_shift", schema=None) as batch_op:
        batch_op.create_index("ix_planned_shift_badge_starts_at", ["badge", "starts_at"], unique=False)
        batch_op.create_index("ix_planned_shift_ends_at", ["ends_at"], unique=False)

    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("paused_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_column("paused_at")
        batch_op.drop_column("mode")

    with op.batch_alter_table("planned_shift", schema=None) as batch_op:
        batch_op.drop_index("ix_planned_shift_ends_at")
        batch_op.drop_index("ix_planned_shift_badge_starts_at")

    op.drop_table("planned_shift")
