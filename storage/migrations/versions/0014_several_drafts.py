"""A person may have several half-told reports"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_constraint("uq_conversation_person_id_flow", type_="unique")
        conversation.create_index("ix_conversation_person_id", ["person_id"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM conversation WHERE EXISTS (SELECT 1 FROM conversation newer WHERE newer.person_id = conversation.person_id"
        " AND newer.flow = conversation.flow AND (newer.touched_at, newer.id) > (conversation.touched_at, conversation.id))"
    )
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_index("ix_conversation_person_id")
        conversation.create_unique_constraint("uq_conversation_person_id_flow", ["person_id", "flow"])
