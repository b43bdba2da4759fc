"""What we know about each question of a deal, and how old it is."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


DEAL: tuple[sa.Column[Any], ...] = (
    sa.Column("ending", sa.Text(), nullable=True),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("waits_until", sa.Date(), nullable=True),
    sa.Column("waits_for", sa.Text(), nullable=False, server_default=""),
    sa.Column("nudges", sa.Boolean(), nullable=False, server_default=sa.true()),
)
ANSWER: tuple[sa.Column[Any], ...] = (
    sa.Column("heard_on", sa.Date(), nullable=True),
    sa.Column("due", sa.Date(), nullable=True),
    sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"),
)


def upgrade() -> None:
    for column in DEAL:
        op.add_column("deal", column)
    for column in ANSWER:
        op.add_column("answer", column)
    op.create_table(
        "knowledge",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_knowledge_deal_id"),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_knowledge_review_id"),
        sa.PrimaryKeyConstraint("deal_id", "question", name="pk_knowledge"),
    )


def downgrade() -> None:
    op.drop_table("knowledge")
    for column in ANSWER:
        op.drop_column("answer", column.name)
    for column in DEAL:
        op.drop_column("deal", column.name)
