"""safety notes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "safety_note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("colonia", sa.String(length=80), nullable=False),
        sa.Column("cell", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_safety_note_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_note")),
    )
    with op.batch_alter_table("safety_note", schema=None) as batch_op:
        batch_op.create_index("ix_safety_note_cell", ["cell"], unique=False)
        batch_op.create_index(batch_op.f("ix_safety_note_report_id"), ["report_id"], unique=False)
        batch_op.create_index("ix_safety_note_state_colonia", ["state", "colonia"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("safety_note", schema=None) as batch_op:
        batch_op.drop_index("ix_safety_note_state_colonia")
        batch_op.drop_index(batch_op.f("ix_safety_note_report_id"))
        batch_op.drop_index("ix_safety_note_cell")

    op.drop_table("safety_note")
