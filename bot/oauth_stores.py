"""slack_sdk's stores for OAuth on our database: tokens sealed, one row for an installation, a state good for once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.sqlalchemy_utils import normalize_datetime_for_db
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import ColumnElement, Engine, Table, and_, func, select

from storage.installations import SEALED
from storage.sealing import Keys, Sealed

STATE_FOR = timedelta(minutes=10)
"""So long may somebody take for Slack's page."""

log = logging.getLogger(__name__)


class InstallationStore(SQLAlchemyInstallationStore):
    """Where the bot is installed. `clock` gives the time in UTC."""

    def __init__(self, client_id: str, engine: Engine, keys: Keys, clock: Callable[[], datetime]) -> None:
        super().__init__(client_id, engine, logger=log)
        self._clock = clock
        for table in self._tables:
            for column in (table.c[name] for name in SEALED if name in table.c):
                column.type = Sealed(keys)

    def save(self, installation: Installation) -> None:
        """Keep an installation, in place of those that were made there before."""
        installation.installed_at = self._clock().timestamp()
        super().save(installation)
        with self.engine.begin() as connection:
            for table in self._tables:
                there = self._there(table, installation.enterprise_id, installation.team_id)
                newest = select(func.max(table.c.id)).where(there).scalar_subquery()
                connection.execute(table.delete().where(there, table.c.id < newest))

    def remove(self, enterprise: str | None, team: str | None, until: datetime) -> bool:
        """Forget what was installed until a moment (UTC); returns whether that is all there was."""
        with self.engine.begin() as connection:
            for table in self._tables:
                there = self._there(table, enterprise, team)
                before = table.c.installed_at <= normalize_datetime_for_db(until)
                connection.execute(table.delete().where(there, before))
            left = select(self.bots.c.id).where(self._there(self.bots, enterprise, team))
            return connection.execute(left).first() is None

    @property
    def _tables(self) -> tuple[Table, Table]:
        return self.installations, self.bots

    def _there(self, table: Table, enterprise: str | None, team: str | None) -> ColumnElement[bool]:
        mine = table.c.client_id == self.client_id
        return and_(mine, table.c.enterprise_id == enterprise, table.c.team_id == team)


class StateStore(SQLAlchemyOAuthStateStore):
    """Who has begun to install the bot and not come back yet."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        super().__init__(int(STATE_FOR.total_seconds()), engine, logger=log)
        self._clock = clock

    def issue(self, *_args: object, **_kwargs: object) -> str:
        """A state that nobody can guess. Those that are over go."""
        state, states = secrets.token_urlsafe(32), self.oauth_states
        with self.engine.begin() as connection:
            connection.execute(states.delete().where(states.c.expire_at <= self._now()))
            connection.execute(states.insert(), {"state": state, "expire_at": self._now() + STATE_FOR})
        return state

    def consume(self, state: str) -> bool:
        """Whether a state is good; it is for once, however many ask at the same time."""
        states = self.oauth_states
        with self.engine.begin() as connection:
            good = and_(states.c.state == state, states.c.expire_at > self._now())
            return connection.execute(states.delete().where(good)).rowcount == 1

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=None)
