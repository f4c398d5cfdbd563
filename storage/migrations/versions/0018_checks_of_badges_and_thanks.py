"""Checks of badges, units, thanks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badge_check",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_badge_check_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_check")),
    )
    with op.batch_alter_table("badge_check", schema=None) as batch_op:
        batch_op.create_index("ix_badge_check_about_at", ["about", "at"], unique=False)
        batch_op.create_index("ix_badge_check_person_id_at", ["person_id", "at"], unique=False)

    op.create_table(
        "thanks",
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_thanks_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "officer_id", name=op.f("pk_thanks")),
    )
    with op.batch_alter_table("thanks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thanks_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_thanks_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "duty_unit",
        sa.Column("shift_id", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_duty_unit_shift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_duty_unit")),
    )
    with op.batch_alter_table("duty_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_unit_unit"), ["unit"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("duty_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_unit_unit"))

    op.drop_table("duty_unit")
    with op.batch_alter_table("thanks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thanks_officer_id"))
        batch_op.drop_index(batch_op.f("ix_thanks_at"))

    op.drop_table("thanks")
    with op.batch_alter_table("badge_check", schema=None) as batch_op:
        batch_op.drop_index("ix_badge_check_person_id_at")
        batch_op.drop_index("ix_badge_check_about_at")

    op.drop_table("badge_check")
