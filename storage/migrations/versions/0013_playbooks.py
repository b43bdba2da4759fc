"""A team's own playbooks, and by which one a deal is reviewed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOR = "(SELECT current_setting('dealreview.workspace', true))"
OWN = f"team = {FOR} OR {FOR} = '*'"


def upgrade() -> None:
    op.create_table(
        "playbook",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", "key", "version", name="pk_playbook"),
    )
    op.create_table(
        "draft",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "key", "person", name="pk_draft"),
    )
    op.add_column("review", sa.Column("playbook", sa.Text(), nullable=False, server_default="standard"))
    op.add_column("review", sa.Column("playbook_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deal", sa.Column("playbook", sa.Text(), nullable=False, server_default=""))
    op.add_column("workspace", sa.Column("playbook", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        for table in ("playbook", "draft"):
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_workspace ON "{table}" USING ({OWN}) WITH CHECK ({OWN})')


def downgrade() -> None:
    op.drop_column("workspace", "playbook")
    op.drop_column("deal", "playbook")
    op.drop_column("review", "playbook_version")
    op.drop_column("review", "playbook")
    op.drop_table("draft")
    op.drop_table("playbook")
