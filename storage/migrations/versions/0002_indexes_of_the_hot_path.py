"""indexes of the hot path"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("help_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_help_request_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_cell"))
        batch_op.create_index("ix_report_cell_kind_opened_at", ["cell", "kind", "opened_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_cell_kind_opened_at")
        batch_op.create_index(batch_op.f("ix_report_cell"), ["cell"], unique=False)

    with op.batch_alter_table("help_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_help_request_person_id"))
