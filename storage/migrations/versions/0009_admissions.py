"""Which requests were let in, so that none is twice."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "admission",
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signature", name="pk_admission"),
    )
    op.create_index("ix_admission_at", "admission", ["at"])


def downgrade() -> None:
    op.drop_index("ix_admission_at", "admission")
    op.drop_table("admission")
