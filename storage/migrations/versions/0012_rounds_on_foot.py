"""Proximity rounds on foot, and their stops"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "walk",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("colonia", sa.String(length=80), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
    )
    with op.batch_alter_table("walk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_walk_colonia"), ["colonia"], unique=False)
        batch_op.create_index(batch_op.f("ix_walk_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "walk_stop",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("walk_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("did", sa.String(length=12), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("media_id", sa.String(length=32), nullable=True),
        sa.Column("report_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["walk_id"], ["walk.id"], name=op.f("fk_walk_stop_walk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_stop")),
    )
    with op.batch_alter_table("walk_stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_walk_stop_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_walk_stop_walk_id"), ["walk_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("walk_stop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_walk_stop_walk_id"))
        batch_op.drop_index(batch_op.f("ix_walk_stop_report_id"))

    op.drop_table("walk_stop")
    with op.batch_alter_table("walk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_walk_officer_id"))
        batch_op.drop_index(batch_op.f("ix_walk_colonia"))

    op.drop_table("walk")
