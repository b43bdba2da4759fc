"""HTTP delivery: signed POSTs to the bot's request URL.

Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.delivery import Answer, DeliveryKind, Retry
from sandbox.model import Json
from sandbox.refusals import Refusal

FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class RequestUrl:
    def __init__(self, url: str, signing_secret: str, session: ClientSession) -> None:
        self._url = url
        self._secret = signing_secret
        self._session = session

    @property
    def connected(self) -> bool:
        return True

    async def wait_for_connection(self, timeout: float) -> None:
        await asyncio.sleep(timeout)

    async def verify(self) -> None:
        """The check Slack makes when the URL is entered: it must give the challenge back."""
        challenge = secrets.token_hex(20)
        body = {"token": "local", "challenge": challenge, "type": "url_verification"}
        answer = await self.send("events_api", body, None, 3.0)
        given = answer.payload if isinstance(answer.payload, dict) else {}
        if answer.failure or challenge not in (given.get("challenge"), given.get("text")):
            why = answer.failure or "it did not give the challenge back"
            raise Refusal("url_not_verified", f"{self._url} did not answer as a request URL must: {why}.")

    async def send(self, kind: DeliveryKind, body: Json, retry: Retry | None, timeout: float) -> Answer:
        content_type, text = _encoded(kind, body)
        # The bot compares this with its own clock, so it is the real time and not the workspace's.
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, text),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        try:
            async with self._session.post(
                self._url, data=text.encode(), headers=headers, timeout=ClientTimeout(total=timeout)
            ) as response:
                content = await response.text()
                if 200 <= response.status < 300:
                    return Answer(payload=_decoded(response.content_type, content))
                return Answer(failure="http_error", no_retry=response.headers.get("X-Slack-No-Retry") == "1")
        except TimeoutError:
            return Answer(failure="http_timeout")
        except ClientError:
            return Answer(failure="connection_failed")


def _encoded(kind: DeliveryKind, body: Json) -> tuple[str, str]:
    match kind:
        case "events_api":
            return "application/json", json.dumps(body)
        case "slash_commands":
            return FORM, urlencode(body)
        case "interactive":
            return FORM, urlencode({"payload": json.dumps(body)})


def _decoded(content_type: str, content: str) -> Any:
    if not content:
        return None
    if content_type == "application/json":
        try:
            return json.loads(content)
        except ValueError:
            return None
    return {"text": content}
