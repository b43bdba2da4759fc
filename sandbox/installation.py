"""The app in one workspace: whether it is here, with which token and scopes, and which tokens open nothing any more.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.happenings import AppChanged, TokensRevoked, Uninstalled
from sandbox.people import BOT_TOKEN, HOME

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


class Installation:
    """`token` is empty while the app is not here; `installer` is a person's id, empty where nobody had to install it.
    An `org_wide` one is that of an organisation, and the same in all of its workspaces.

    `at_first` tells whether the app is here without having been installed by anybody.
    """

    def __init__(self, workspace: Workspace, at_first: bool) -> None:
        self._workspace = workspace
        self._at_first = at_first
        self._rooms = [channel.id for channel in workspace.channels.values() if workspace.bot.id in channel.members]
        self.token = ""
        self.scopes: tuple[str, ...] = ()
        self.installer = ""
        self.org_wide = False
        self.dead: set[str] = set()
        if at_first:
            self._give(_first_token(workspace), workspace.app.scopes, "")
        else:
            self._leave()

    def knows(self, token: str) -> bool:
        """Whether a token was ever given for this workspace."""
        return bool(token) and (token == self.token or token in self.dead)

    def install(self, scopes: tuple[str, ...], installer: str) -> None:
        """An app that is here already keeps its token, to which the scopes are added; else it gets a new one."""
        self._give(self.token or new_token(self._workspace.team.id), self._with(scopes), installer)
        self._workspace.announce(AppChanged())

    def join_organisation(self, token: str, scopes: tuple[str, ...], installer: str) -> None:
        """The organisation's token takes the place of a workspace's own, which opens nothing any more."""
        if self.token and self.token != token:
            self.dead.add(self.token)
        self._give(token, self._with(scopes), installer)
        self.org_wide = True
        self._workspace.announce(AppChanged())

    def leave_organisation(self) -> None:
        """What was told for the organisation is not told again for each of its workspaces."""
        if self.org_wide and self.token:
            self._withdraw()
            self._workspace.announce(AppChanged())

    def _with(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.scopes, *scopes)))

    def uninstall(self) -> None:
        """Takes the app away; it comes back as a stranger to every channel."""
        self.revoke()
        self._workspace.announce(Uninstalled(self._workspace.new_ts()))

    def revoke(self) -> None:
        """Takes the token away: the app's user is no longer active, and in no channel."""
        self._withdraw()
        self._workspace.announce(TokensRevoked(self._workspace.new_ts()))

    def _withdraw(self) -> None:
        self.dead.add(self.token)
        self.token, self.scopes, self.installer = "", (), ""
        self._leave()
        self._workspace.views.forget()

    def start_over(self) -> None:
        """Where the app was at first and is no longer, it is back."""
        if self._at_first and not self.token:
            self.dead.clear()
            self._give(_first_token(self._workspace), self._workspace.app.scopes, "")
            for channel_id in self._rooms:
                self._workspace.channels[channel_id].members.append(self._workspace.bot.id)

    def restore(self, token: str, scopes: tuple[str, ...], installer: str, dead: frozenset[str]) -> None:
        """As it was kept."""
        self.dead = set(dead)
        if token or dead:
            self._give(token, scopes, installer)
        if not token:
            self.token = ""
            self._leave()

    def _give(self, token: str, scopes: tuple[str, ...], installer: str) -> None:
        self.token, self.scopes, self.installer = token, scopes, installer
        self.org_wide = False
        self._workspace.users[self._workspace.bot.id] = self._workspace.bot

    def _leave(self) -> None:
        bot = self._workspace.bot
        if bot.id in self._workspace.users:
            self._workspace.users[bot.id] = replace(bot, deleted=True)
        for channel in self._workspace.channels.values():
            if channel.kind != "im" and bot.id in channel.members:
                channel.members.remove(bot.id)


def new_token(owner: str) -> str:
    return f"xoxb-{owner}-{secrets.token_hex(12)}"


def _first_token(workspace: Workspace) -> str:
    """The same in each run, to be written into a bot's settings."""
    return BOT_TOKEN if workspace.team.id == HOME.id else f"{BOT_TOKEN}-{workspace.team.domain}"
