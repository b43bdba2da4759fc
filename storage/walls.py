"""The walls between workspaces: a statement sees the rows of the workspace that is worked for, however it is written.

The first stands in the compiler, which every statement but plain text passes: wherever a table of workspaces is read,
its rows of the one workspace are read instead, and wherever one is changed, only those are. The second is Postgres' own
row-level security; it is told with each BEGIN which workspace that is. SQLite has the first only.
"""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg import sql
from sqlalchemy import ColumnElement, Connection, Delete, Dialect, Table, Text, Update, bindparam, literal_column, or_
from sqlalchemy.sql.compiler import SQLCompiler

from storage.models.base import Team
from storage.tenancy import EVERYWHERE, NoWorkspace, workspace

S = TypeVar("S", Update, Delete)
_Compiler: Any = SQLCompiler

SETTING = "dealreview.workspace"
"""Postgres' setting of that name is the workspace that a transaction is for, or `EVERYWHERE`."""

_WORKSPACE: ColumnElement[str] = bindparam("workspace", callable_=workspace, type_=Text)
"""Looked up when a statement is executed: what is compiled for one workspace serves all."""
_IS_EVERYWHERE = literal_column(f"'{EVERYWHERE}'") == _WORKSPACE


def wall(dialect: Dialect) -> None:
    """Build the first wall into a dialect. Executing a statement raises `NoWorkspace` where none is worked for."""
    compiler = dialect.statement_compiler
    dialect.statement_compiler = type(f"Walled{compiler.__name__}", (_Walled, compiler), {})


def begin_postgres(connection: Connection) -> None:
    """Begin a transaction, and tell Postgres in the same breath whom it is for; if that was not said, it is nobody."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    try:
        told = sql.SQL("BEGIN; SET LOCAL {} = {}").format(sql.Identifier(*SETTING.split(".")), workspace())
    except NoWorkspace:
        told = sql.Composed([sql.SQL("BEGIN")])
    connection.exec_driver_sql(told.as_string())


class _Walled(_Compiler):  # type: ignore[misc]
    """A dialect's compiler, behind the wall."""

    def visit_table(
        self, table: Any, asfrom: bool = False, iscrud: bool = False, enclosing_alias: Any = None, **how: Any
    ) -> str:
        name: str = super().visit_table(table, asfrom=asfrom, iscrud=iscrud, enclosing_alias=enclosing_alias, **how)
        if not asfrom or iscrud or (own := _own(table)) is None:
            return name
        rows = f"(SELECT * FROM {name} WHERE {self.process(own)})"  # noqa: S608
        is_named = enclosing_alias is not None and enclosing_alias.element is table
        return rows if is_named else f"{rows} AS {name}"

    def visit_update(self, statement: Update, **how: Any) -> str:
        return str(super().visit_update(_narrowed(statement), **how))

    def visit_delete(self, statement: Delete, **how: Any) -> str:
        return str(super().visit_delete(_narrowed(statement), **how))


def _narrowed(statement: S) -> S:
    own = _own(statement.table)
    return statement if own is None else statement.where(own)


def _own(table: Any) -> ColumnElement[bool] | None:
    """Whether a row is of the workspace that is worked for; None for a table that is not about workspaces."""
    team = table.c.get("team") if isinstance(table, Table) else None
    if team is None or not isinstance(team.type, Team):
        return None
    return or_(team == _WORKSPACE, _IS_EVERYWHERE)
