"""Files that people gave the bot in Slack, fetched from there and from nowhere else; and the bot's own, given back."""

from __future__ import annotations

import http.client
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.clients import lasting
from bot.engine import NotNow

LARGEST = 20
"""In MB."""
PIECE = 256 * 1024
SECONDS = 60
SLACK = "slack.com"
PAGE = 200
"""Messages."""


class NoFile(Exception):
    """A file cannot be had: `trouble` is `gone`, `too_big` or `no_scope`, and `found` what it takes."""

    def __init__(self, trouble: str, *found: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.found = found


class _Stay(HTTPRedirectHandler):
    """Follows Slack nowhere: the bot's token would go along."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None


class Files:
    """Fetches and gives with the bot's token. Both raise `NotNow` when Slack cannot be reached, and `NoFile`."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._opener = build_opener(_Stay)

    def fetch(self, address: str, to: Path) -> None:
        """Write the file that Slack has at an address."""
        if not self._is_slacks(address):
            raise NoFile("gone")
        asking = Request(address, headers={"Authorization": f"Bearer {self._client.token}"})  # noqa: S310
        try:
            with self._opener.open(asking, timeout=SECONDS) as answer, to.open("wb") as file:
                left = LARGEST * 1024 * 1024
                while piece := answer.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise NoFile("too_big", str(LARGEST))
                    file.write(piece)
        except HTTPError as error:
            error.close()
            if error.code in (301, 302, 303, 307, 308, 401, 403):  # to its page to log in: the token will not do
                raise NoFile("no_scope", "files:read") from error
            if error.code in (404, 410):
                raise NoFile("gone") from error
            raise NotNow(f"Slack answers {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"Slack cannot be reached: {error}") from error

    def give(self, channel: str, path: Path, name: str, since: str = "") -> None:
        """Upload a file into a conversation, if it is not there already.

        `since` is Slack's id of a message: what was given after it is looked for, for the process may have died between
        giving a file and noting it. Without it nothing is looked for.
        """
        try:
            if not (since and self._is_there(channel, path, name, since)):
                self._client.files_upload_v2(channel=channel, file=str(path), filename=name)
        except SlackApiError as error:
            reason = lasting(error)
            if self._came_all_the_same(channel, path, name, since):
                return
            raise NoFile("no_scope", str(error.response.get("needed") or reason)) from error
        except (OSError, http.client.HTTPException, SlackRequestError) as error:
            raise NotNow(f"Slack cannot be reached: {error}") from error

    def _came_all_the_same(self, channel: str, path: Path, name: str, since: str) -> bool:
        """Slack takes an upload once: asked again, as when its answer was lost, it refuses what it has."""
        with suppress(SlackApiError):
            return bool(since) and self._is_there(channel, path, name, since)
        return False

    def _is_there(self, channel: str, path: Path, name: str, since: str) -> bool:
        """Whether a file of this name and size was given after a message."""
        said = self._client.conversations_history(channel=channel, oldest=since, limit=PAGE)["messages"]
        given = (file for message in said for file in message.get("files") or ())
        return any((file.get("name"), file.get("size")) == (name, path.stat().st_size) for file in given)

    def _is_slacks(self, address: str) -> bool:
        """Whether an address is on the host of Slack's API; of the real one, files have a host of their own."""
        asked, api = urlsplit(address), urlsplit(self._client.base_url)
        if (api.hostname or "") == SLACK:
            host = asked.hostname or ""
            return asked.scheme == "https" and (host == SLACK or host.endswith(f".{SLACK}"))
        return (asked.scheme, asked.netloc) == (api.scheme, api.netloc)
