"""Forecast calls, their calendar and reminders; what a deal is worth; the manager's own mirror."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("deal") as deal:
        deal.add_column(sa.Column("amount", sa.BigInteger(), nullable=True))
        deal.add_column(sa.Column("currency", sa.Text(), nullable=False, server_default=""))
        deal.add_column(sa.Column("imported_by", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("habits") as habits:
        habits.add_column(sa.Column("mirror", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("manager", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("time", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("owners", sa.JSON(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("in_direct", sa.Boolean(), nullable=False),
        sa.Column("digest_minutes", sa.Integer(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
    )
    op.create_index("ix_schedule_manager", "schedule", ["team", "manager"])
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("manager", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("in_direct", sa.Boolean(), nullable=False),
        sa.Column("digest_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name="fk_call_schedule_id_schedule"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("schedule_id", "day", name="uq_call_schedule_id_day"),
    )
    by_hand = sa.text("schedule_id IS NULL AND cancelled_at IS NULL")
    op.create_index(
        "uq_call_by_hand",
        "call",
        ["team", "manager", "channel", "at", "in_direct"],
        unique=True,
        sqlite_where=by_hand,
        postgresql_where=by_hand,
    )
    op.create_index("ix_call_at", "call", ["at"])
    op.create_index("ix_call_manager", "call", ["team", "manager", "at"])
    op.create_table(
        "entry",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_entry_call_id_call"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_entry_deal_id_deal"),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_entry_review_id_review"),
        sa.PrimaryKeyConstraint("call_id", "deal_id", name="pk_entry"),
    )
    op.create_index("ix_entry_review", "entry", ["review_id"])
    op.create_index("ix_entry_result", "entry", ["call_id", "result", "position"])
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_reminder_call_id_call"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("call_id", "person", "number", name="uq_reminder_call_id_person_number"),
    )
    op.create_table(
        "mirror",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mirror"),
        sa.UniqueConstraint("team", "person", "week", name="uq_mirror_team_person_week"),
    )
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dates", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
        sa.UniqueConstraint("team", "channel", "message_ts", "file", name="uq_import_team_channel_message_ts_file"),
    )
    is_to_do = sa.text("state IN ('reading', 'importing')")
    op.create_index("ix_import_to_do", "import", ["created_at"], sqlite_where=is_to_do, postgresql_where=is_to_do)


def downgrade() -> None:
    op.drop_table("import")
    op.drop_table("mirror")
    op.drop_table("reminder")
    op.drop_table("entry")
    op.drop_table("call")
    op.drop_table("schedule")
    with op.batch_alter_table("habits") as habits:
        habits.drop_column("mirror")
    with op.batch_alter_table("deal") as deal:
        deal.drop_column("imported_by")
        deal.drop_column("currency")
        deal.drop_column("amount")
