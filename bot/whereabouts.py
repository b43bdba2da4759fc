"""Where the bot works, found out at its start: in the workspace of its token, or wherever it is installed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import all_builtin_retry_handlers
from slack_sdk.web import SlackResponse

from bot.clients import Installations
from bot.installations import ManyInstallations, OneInstallation
from bot.oauth import Installing
from bot.oauth_stores import InstallationStore, StateStore
from bot.settings import BadSetting, OAuth, Settings
from storage.database import Database
from storage.installations import counted, examine
from storage.sealing import Keys
from storage.tenancy import NOBODYS, at_work_for


def whereabouts(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> tuple[Installations, Installing | None]:
    """Where the bot is: in the workspace of its token, or wherever it is installed, and how it is installed there.

    `clock` gives the time in UTC. Raises `BadSetting` if the settings do not open what the database holds, or Slack
    does not know the token.
    """
    refuse_lost_keys(database, settings.oauth)
    client = WebClient(base_url=settings.slack_api_url, retry_handlers=all_builtin_retry_handlers())
    if settings.oauth is None:
        client.token = settings.bot_token
        me = AuthorizeResult.from_auth_test_response(bot_token=settings.bot_token, auth_test_response=introduce(client))
        return OneInstallation(database, me, clock), None
    keys = Keys(settings.oauth.keys)
    store = InstallationStore(settings.oauth.client_id, database.engine, keys, clock)
    many = ManyInstallations(database, store, client, clock)
    return many, Installing(settings.oauth, many, client, StateStore(database.engine, clock))


def refuse_lost_keys(database: Database, oauth: OAuth | None) -> None:
    """Raises `BadSetting` if there are installations that the settings do not open."""
    with at_work_for(NOBODYS), database.transaction() as session:
        seals = examine(session, Keys(oauth.keys) if oauth else None)
    if not seals.installations:
        return
    if oauth is None:
        raise BadSetting(
            f"DEALREVIEW_KEYS is not set, but the database holds {counted(seals.installations)}; set it with "
            "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET instead of SLACK_BOT_TOKEN, or name another DATABASE_URL."
        )
    if seals.unreadable:
        raise BadSetting(
            f"DEALREVIEW_KEYS does not open {seals.unreadable} of {counted(seals.installations)}; add the key they "
            "were sealed with to its end, or if that is lost, run `dealreview keys rotate --drop` and install again."
        )


def introduce(client: WebClient) -> SlackResponse:
    """Who and where the bot is, asked of Slack once. Raises `BadSetting` if Slack does not know it."""
    try:
        return client.auth_test()
    except SlackApiError as error:
        if error.response.status_code >= 500:
            raise BadSetting(f"Slack at SLACK_API_URL {client.base_url} is not well; try again later.") from error
        raise BadSetting(
            f"Slack does not accept SLACK_BOT_TOKEN ({error.response.get('error')}); "
            "copy it again from your app's settings."
        ) from error
    except OSError as error:
        raise BadSetting(f"Slack cannot be reached at SLACK_API_URL {client.base_url} ({error}).") from error
