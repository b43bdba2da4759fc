"""Which private channel a review is known in, also where its deal is known to everybody."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REVIEW = sa.table("review", *(sa.column(name) for name in ("deal_id", "channel", "scope")))
DEAL = sa.table("deal", sa.column("id"), sa.column("scope"))


def upgrade() -> None:
    with op.batch_alter_table("review") as review:
        review.add_column(sa.Column("scope", sa.Text(), nullable=False, server_default=""))
    private = sa.select(DEAL.c.scope).where(DEAL.c.scope != "")
    lives_there = sa.select(DEAL.c.id).where(DEAL.c.scope != "")
    like = [REVIEW.c.channel.like(f"{first}%") for first in ("D", "G")]  # direct messages, and old private channels
    held_apart = sa.or_(*like, REVIEW.c.channel.in_(private), REVIEW.c.deal_id.in_(lives_there))
    op.execute(sa.update(REVIEW).where(held_apart).values(scope=REVIEW.c.channel))


def downgrade() -> None:
    with op.batch_alter_table("review") as review:
        review.drop_column("scope")
