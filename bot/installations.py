"""Where the bot is installed: in the one workspace of its token, or in many, whose tokens the database holds sealed."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy.exc import IntegrityError

from bot.clients import DEAD
from bot.engine import NotNow
from bot.lately import REMEMBERED, Lately
from bot.oauth_stores import InstallationStore
from storage.database import Database
from storage.installations import arrive, come_back, leave, membership, workspaces_of
from storage.tenancy import EVERYWHERE, at_work_for, workspace

log = logging.getLogger(__name__)


class OneInstallation:
    """The bot in the workspace that its token is for, as Slack told at the start. `clock` gives the time in UTC."""

    def __init__(self, database: Database, bot: AuthorizeResult, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock
        self._since = clock()
        self._is_there = True
        with at_work_for(str(bot.team_id)), database.transaction() as session:
            come_back(session, str(bot.team_id))

    def find(self, team: str, enterprise: str = "") -> AuthorizeResult | None:
        return self._bot if self._is_there and team in ("", self._bot.team_id) else None

    def here(self) -> AuthorizeResult | None:
        return self.find(workspace())

    def is_away(self, team: str) -> bool:
        return not self._is_there and team == self._bot.team_id

    def is_renewed(self, dead: str) -> bool:
        return False

    def removed(self, enterprise: str, team: str, is_organisation: bool, at: datetime) -> None:
        """Until it is started with another token, it is silent."""
        if team == self._bot.team_id and at >= self._since:
            self._is_there = False
            _leave(self._database, team, self._clock())


class ManyInstallations:
    """The bot wherever it was installed by OAuth, in a workspace or in a whole organisation.

    What was looked up is good for a minute: another process may have seen the bot come or go. `client` has no token,
    and `clock` gives the time in UTC.
    """

    def __init__(
        self, database: Database, store: InstallationStore, client: WebClient, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self.store = store
        self._client = client
        self._clock = clock
        self._found = Lately(self._look_up)
        self._away = Lately(self._ask_whether_away)
        self._introduced: dict[str, AuthorizeResult] = {}
        """As whom Slack knows the bot in each workspace."""
        self._missed: dict[str, float] = {}
        """Where it turned out not to be, though nobody told, and when, by the monotonic clock in seconds."""

    def find(self, team: str, enterprise: str = "") -> AuthorizeResult | None:
        if not team:
            return None
        with at_work_for(team):
            found = self.here()
        if found is None and self._came_unnoticed(team, enterprise):
            self._came_to(team, enterprise)
            with at_work_for(team):
                found = self.here()
        return found

    def here(self) -> AuthorizeResult | None:
        return self._found(workspace())

    def is_away(self, team: str) -> bool:
        if time.monotonic() - self._missed.get(team, -math.inf) < REMEMBERED:
            return True
        with at_work_for(team):
            return self._away(team)

    def is_renewed(self, dead: str) -> bool:
        self._forget(workspace())
        now = self.here()
        return now is not None and now.bot_token != dead

    def installed(self, installation: Installation) -> None:
        """Somebody installed the bot: it is kept, and what waited there goes on."""
        self.store.save(installation)
        enterprise = installation.enterprise_id or ""
        for team in [installation.team_id] if installation.team_id else self._workspaces_of(enterprise):
            self._came_to(team, enterprise)
        log.info("Installed in %s.", installation.team_id or enterprise)

    def removed(self, enterprise: str, team: str, is_organisation: bool, at: datetime) -> None:
        if not self.store.remove(enterprise or None, None if is_organisation else team, at):
            return
        for each in self._workspaces_of(enterprise) if is_organisation else [team]:
            self._forget(each)
            if self.find(each) is None:  # else it is installed there otherwise, too
                _leave(self._database, each, self._clock())
                self._forget(each)

    def _came_unnoticed(self, team: str, enterprise: str) -> bool:
        """Whether it is installed where it is not known to be.

        So it is in a workspace of an organisation that is met for the first time, and after the process died between
        keeping a token and noting where it is for.
        """
        if enterprise and self.store.find_bot(enterprise_id=enterprise, team_id=None):
            return True
        with at_work_for(team):
            is_away = self._ask_whether_away(team)
        bot = self.store.find_bot(enterprise_id=enterprise or None, team_id=team) if is_away else None
        return bot is not None and self._introduce(team, bot.bot_token or "") is not None

    def _came_to(self, team: str, enterprise: str) -> None:
        with suppress(IntegrityError), at_work_for(team), self._database.transaction() as session:
            arrive(session, team, enterprise)  # unless another process has just done so
        self._forget(team)
        self._missed.pop(team, None)

    def _forget(self, team: str) -> None:
        with at_work_for(team):
            self._found.forget(team)
            self._away.forget(team)
        self._introduced.pop(team, None)

    def _workspaces_of(self, enterprise: str) -> list[str]:
        with at_work_for(EVERYWHERE), self._database.transaction() as session:
            return workspaces_of(session, enterprise)

    def _ask_whether_away(self, team: str) -> bool:
        with self._database.transaction() as session:
            known = membership(session, team)
        return known is None or known.left_at is not None

    def _look_up(self, team: str) -> AuthorizeResult | None:
        found = self._search(team)
        if found is None:
            self._missed[team] = time.monotonic()
        else:
            self._missed.pop(team, None)
        return found

    def _search(self, team: str) -> AuthorizeResult | None:
        with self._database.transaction() as session:
            known = membership(session, team)
        if known is None or known.left_at:
            return None
        enterprise = known.enterprise or None
        bot = self.store.find_bot(enterprise_id=enterprise, team_id=team)
        if bot is None and enterprise:
            bot = self.store.find_bot(enterprise_id=enterprise, team_id=None)
        return self._introduce(team, bot.bot_token) if bot and bot.bot_token else None

    def _introduce(self, team: str, token: str) -> AuthorizeResult | None:
        """As whom Slack knows the bot by a token, asked once for each; None if the token is dead."""
        known = self._introduced.get(team)
        if known is None or known.bot_token != token:
            try:
                me = self._client.auth_test(token=token)
            except SlackApiError as error:
                if (reason := str(error.response.get("error"))) not in DEAD:
                    raise NotNow(f"Slack says {reason}") from error
                log.warning("Slack does not know the bot in %s any more: %s", team, reason)
                return None
            known = AuthorizeResult.from_auth_test_response(bot_token=token, auth_test_response=me)
            known["team_id"] = known.team_id = team  # of an organisation, Slack names none
            self._introduced[team] = known
        return known


def _leave(database: Database, team: str, now: datetime) -> None:
    with at_work_for(team), database.transaction() as session:
        if leave(session, team, now):
            log.info("Removed from %s: nothing is done there any more.", team)
