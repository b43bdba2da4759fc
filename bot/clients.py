"""Slack's methods, called with the token of the workspace that is worked for."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryHandler, RetryState
from slack_sdk.web import SlackResponse

from bot.engine import NotNow
from bot.facing import faced

DEAD = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""Slack's answers to a token that is good for nothing: the bot was removed, or installed anew."""

PASSING = DEAD | {
    "fatal_error", "internal_error", "rate_limited", "ratelimited", "request_timeout", "service_unavailable",
    "team_added_to_org",
}  # fmt: skip
"""Slack's refusals that say nothing about what was asked of it: the same will do when the trouble is over."""

A_REASON = re.compile("[a-z0-9_]+")
"""What Slack's own reasons look like. Where something before Slack answers in its stead, slack_sdk gives a sentence."""


def lasting(error: SlackApiError) -> str:
    """Why Slack refuses what it was asked. Raises `NotNow` if that is a trouble which will pass."""
    reason = str(error.response.get("error", "unknown"))
    if reason in PASSING or error.response.status_code >= 429 or not A_REASON.fullmatch(reason):
        raise NotNow(f"Slack says {reason}") from error
    return reason


@contextmanager
def reaching_slack() -> Iterator[None]:
    """Whoever asks Slack for something in here gets `NotNow` instead of the network's errors."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise NotNow(f"Slack cannot be reached: {error}") from error


class ShortPauses(RateLimitErrorRetryHandler):
    """Rests as long as Slack asks, but where somebody waits for the answer no longer than a second: they are told."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        asked = (given[0] for name, given in response.headers.items() if name.lower() == "retry-after")
        return not faced() or int(next(asked, "1")) <= 1


class Installations(Protocol):
    """Who the bot is in each workspace, as Slack told: its token, its user, and where the workspace is."""

    def find(self, team: str, enterprise: str = "") -> AuthorizeResult | None:
        """Who it is there, or None where it is not; `enterprise` is the organisation around it, if that is known.

        Raises what the database and the network do.
        """
        ...

    def here(self) -> AuthorizeResult | None:
        """Who it is in the workspace that is worked for. Raises `storage.tenancy.NoWorkspace`, too."""
        ...

    def is_away(self, team: str) -> bool:
        """Whether the bot is known not to be in a workspace any more, so that nothing is to be done there."""
        ...

    def is_renewed(self, dead: str) -> bool:
        """Whether there is another token, for the workspace that is worked for, than one that turned out to be dead."""
        ...

    def removed(self, enterprise: str, team: str, is_organisation: bool, at: datetime) -> None:
        """Slack told that the bot was removed, from a workspace or a whole organisation, at a moment in UTC.

        Slack may tell late, and more than once: where the bot was installed since, it stays.
        """
        ...


class Client(WebClient):
    """slack_sdk's client with the token of the workspace that is worked for, whatever it is at each call.

    Where the bot is in no such workspace, it answers as Slack does to somebody who was removed.
    """

    def __init__(self, installations: Installations, base_url: str, retry_handlers: Sequence[RetryHandler]) -> None:
        self._installations = installations
        super().__init__(base_url=base_url, retry_handlers=list(retry_handlers))

    @property
    def token(self) -> str | None:
        here = self._installations.here()
        return here.bot_token if here else None

    @token.setter
    def token(self, given: str | None) -> None:
        """It is never given: slack_sdk sets it to nothing."""

    def api_call(self, api_method: str, **how: Any) -> SlackResponse:
        """As slack_sdk's; with a token that is dead it is asked once whether there is another by now."""
        token = self.token
        if token is None:
            raise self._removed(api_method)
        try:
            return super().api_call(api_method, **how)
        except SlackApiError as error:
            if error.response.get("error") not in DEAD or not self._installations.is_renewed(token):
                raise
        return super().api_call(api_method, **how)

    def _removed(self, api_method: str) -> SlackApiError:
        answer = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=f"{self.base_url}{api_method}",
            req_args={},
            data={"ok": False, "error": "account_inactive"},
            headers={},
            status_code=200,
        )
        return SlackApiError("The bot is not installed there.", answer)  # type: ignore[no-untyped-call]
