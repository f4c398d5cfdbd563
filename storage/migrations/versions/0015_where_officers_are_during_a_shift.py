"""where officers are during a shift"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spot", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("spot_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_column("spot_at")
        batch_op.drop_column("spot")
