"""Groups of sectors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sector_group",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("bound_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sector_group_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector_group")),
        sa.UniqueConstraint("code", name=op.f("uq_sector_group_code")),
    )
    with op.batch_alter_table("sector_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sector_group_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sector_group_sector"), ["sector"], unique=False)


def downgrade() -> None:
    op.drop_table("sector_group")
