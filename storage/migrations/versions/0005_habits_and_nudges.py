"""When people work, what they were asked by a direct message, and messages that belong to no review."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "habits",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("workdays", sa.JSON(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("nudges", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", name="pk_habits"),
    )
    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_nudge"),
        sa.UniqueConstraint("team", "person", "day", name="uq_nudge_team_person_day"),
    )
    op.create_index("ix_nudge_at", "nudge", ["at"])
    op.create_index("ix_deal_owner", "deal", ["team", "owner"])
    op.create_index("ix_deal_closed", "deal", ["team", "closed_at"])
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("team", sa.Text(), nullable=False, server_default=""))
        message.alter_column("review_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE review_id IS NULL")
    with op.batch_alter_table("message") as message:
        message.alter_column("review_id", existing_type=sa.Integer(), nullable=False)
        message.drop_column("team")
    op.drop_index("ix_deal_closed", "deal")
    op.drop_index("ix_deal_owner", "deal")
    op.drop_table("nudge")
    op.drop_table("habits")
