"""What all tables have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.tenancy import EVERYWHERE, OtherWorkspace, own_workspace, workspace


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC and always returned with its zone, also by SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Hundredths(TypeDecorator[Decimal]):
    """An amount of money, kept exactly, also by SQLite, which knows no decimals: as a whole number of hundredths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class Team(TypeDecorator[str]):
    """A workspace, by Slack's id of it. A statement may name the one that is worked for, and no other.

    A table with such a column stands behind the walls; see `storage.walls`.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and workspace() not in (value, EVERYWHERE):
            raise OtherWorkspace(f"this is for {workspace()!r}, and not for {value!r}")
        return value


OwnTeam = Annotated[str, mapped_column(Team, default=own_workspace)]
"""A new row is of the workspace that is worked for."""


class OfWorkspace:
    """What is of one workspace."""

    team: Mapped[OwnTeam]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Utc,
        Decimal: Hundredths,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
