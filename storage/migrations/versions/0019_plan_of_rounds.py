"""The plan of rounds by colonia"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_walk",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("colonia", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("planned_by", sa.String(length=32), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_walk")),
    )
    with op.batch_alter_table("planned_walk", schema=None) as batch_op:
        batch_op.create_index("ix_planned_walk_state_day", ["state", "day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("planned_walk", schema=None) as batch_op:
        batch_op.drop_index("ix_planned_walk_state_day")

    op.drop_table("planned_walk")
