"""Installing the bot in a workspace: Bolt's OAuth flow, with pages and stores of ours."""

from __future__ import annotations

import http.client
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy.exc import SQLAlchemyError

from bot import manifest
from bot.installations import ManyInstallations
from bot.oauth_stores import StateStore
from bot.settings import OAuth
from bot.translatable import translatable

INSTALL = "/slack/install"
PAGES = Path(__file__).parent.parent / "templates" / "pages"

FORGOTTEN = frozenset({"invalid_browser", "invalid_state", "missing_code"})
"""Bolt's reasons when somebody comes who has not just set out from our page."""

HEADERS: dict[str, str | Sequence[str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # Slack's code is in the address
}

log = logging.getLogger(__name__)


class RotatingTokens(BoltError):
    """The app has token rotation turned on: its tokens live for half a day, and this bot renews none."""


class _WithoutCodes(logging.Filter):
    """Bolt logs the code that Slack did not take, which may be one that it would take from somebody else."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = re.sub(r"code: \S+", "code: (not shown)", str(record.msg))
        return True


class Installing(OAuthFlow):
    """How the bot is installed."""

    def __init__(
        self,
        oauth: OAuth,
        installations: ManyInstallations,
        client: WebClient,
        states: StateStore,
    ) -> None:
        self._installations = installations
        words = Environment(loader=FileSystemLoader(PAGES), undefined=StrictUndefined, autoescape=True)
        self._words = translatable(words)
        quiet = logging.getLogger(f"{__name__}.flow")
        quiet.filters = [_WithoutCodes()]
        flow = OAuthSettings(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            scopes=manifest.scopes(),
            user_scopes=[],
            install_path=INSTALL,
            redirect_uri_path=manifest.REDIRECT,
            authorization_url=urljoin(client.base_url, "/oauth/v2/authorize"),
            callback_options=CallbackOptions(self._succeed, self._fail),
            installation_store=installations.store,
            installation_store_bot_only=True,
            state_store=states,
            logger=quiet,
        )
        super().__init__(client=client, logger=quiet, settings=flow)

    def set_out(self, request: BoltRequest) -> BoltResponse:
        """The page to begin with."""
        return self._or_unwell(self.handle_installation, request)

    def come_back(self, request: BoltRequest) -> BoltResponse:
        """The page for whoever Slack has asked; by then the bot is installed, or it says why not."""
        return self._or_unwell(self.handle_callback, request)

    def build_install_page_html(self, url: str, request: BoltRequest) -> str:
        return self._page("install", address=url)

    def append_set_cookie_headers(self, headers: dict[str, Any], set_cookie_value: str | None) -> dict[str, Any]:
        return {**super().append_set_cookie_headers(headers, set_cookie_value), **HEADERS}

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        if installation.bot_refresh_token:
            raise RotatingTokens("token rotation is turned on")
        try:
            self._installations.installed(installation)
        except SQLAlchemyError as error:
            log.error("an installation in %s could not be kept: %s", installation.team_id, error)
            raise BoltError("the database does not answer") from error

    def _or_unwell(self, handle: Callable[[BoltRequest], BoltResponse], request: BoltRequest) -> BoltResponse:
        try:
            return handle(request)
        except (OSError, http.client.HTTPException, SQLAlchemyError) as error:
            log.error("the bot cannot be installed now: %s", error)
            return BoltResponse(
                status=503, body=self._page("not_installed", reason="unwell", install=INSTALL), headers=HEADERS
            )

    def _succeed(self, args: SuccessArgs) -> BoltResponse:
        made = args.installation
        where = made.team_name or made.enterprise_name or ""
        return self._last(200, self._page("installed", where=where, is_organisation=made.team_id is None))

    def _fail(self, args: FailureArgs) -> BoltResponse:
        reason = "forgotten" if args.reason in FORGOTTEN else args.reason
        if isinstance(args.error, RotatingTokens):
            reason = "token_rotation"
        log.warning("the bot was not installed: %s", ascii(args.reason)[:100])
        return self._last(args.suggested_status_code, self._page("not_installed", reason=reason, install=INSTALL))

    def _last(self, status: int, page: str) -> BoltResponse:
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(status=status, body=page, headers={**HEADERS, "Set-Cookie": cookie})

    def _page(self, name: str, **context: object) -> str:
        return self._words.get_template(f"{name}.j2").render(context)
