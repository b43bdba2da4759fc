"""Whose each row is; on Postgres, row-level security that goes by it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UP = {
    "review": ("deal", "deal_id"),
    "knowledge": ("deal", "deal_id"),
    "entry": ("call", "call_id"),
    "reminder": ("call", "call_id"),
    "answer": ("review", "review_id"),
    "reply": ("review", "review_id"),
    "turn": ("review", "review_id"),
    "arrival": ("review", "review_id"),
}
"""The tables that did not say whose their rows are, and what tells it, in an order in which that is known."""

BEFORE = (
    "audit", "call", "correction", "deal", "errand", "forgotten", "habits", "import", "message", "mirror", "nudge",
    "person", "schedule", "workspace",
)  # fmt: skip
"""The tables that said so before."""

WALLED = (*BEFORE, *UP, "rest")

IS_UNSAID = sa.text("said < version")

FOR = "(SELECT current_setting('dealreview.workspace', true))"
"""In a query of its own it is looked up once for a statement, and not once for a row."""
OWN = f"team = {FOR} OR {FOR} = '*'"


def upgrade() -> None:
    for table, (above, by) in UP.items():
        op.add_column(table, sa.Column("team", sa.Text(), nullable=False, server_default=""))
        _say_whose(table, above, by)
    _say_whose("message", "review", "review_id")
    op.drop_table("rest")  # its rows are good for a minute
    op.create_table(
        "rest",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", name="pk_rest"),
    )
    _index_unsaid(["team", "channel", "decided_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in UP:
            op.alter_column(table, "team", server_default=None)
        for table in WALLED:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_workspace ON "{table}" USING ({OWN}) WITH CHECK ({OWN})')


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in WALLED:
            op.execute(f'DROP POLICY own_workspace ON "{table}"')
            op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    _index_unsaid(["channel", "decided_at"])
    op.drop_table("rest")
    op.create_table(
        "rest",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_rest"),
    )
    op.execute("UPDATE message SET team = '' WHERE review_id IS NOT NULL")
    for table in reversed(UP):
        op.drop_column(table, "team")


def _say_whose(table: str, above: str, by: str) -> None:
    op.execute(
        f"UPDATE {table} SET team = (SELECT {above}.team FROM {above} WHERE {above}.id = {table}.{by}) "  # noqa: S608
        f"WHERE {by} IS NOT NULL"
    )


def _index_unsaid(columns: list[str]) -> None:
    op.drop_index("ix_message_unsaid", "message")
    op.create_index("ix_message_unsaid", "message", columns, sqlite_where=IS_UNSAID, postgresql_where=IS_UNSAID)
