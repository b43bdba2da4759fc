"""Workspaces in which one bot is installed by OAuth: a stand-in for Slack, a browser, and Slack's requests."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from aiohttp import web

from bot.app import Dealreview, create_app
from bot.http import http_app
from bot.settings import OAuth, Settings
from sandbox.request_url import signature
from storage.sealing import new_key
from tests.conftest import PATIENCE, Clock, served

CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "12.34", "client-secret-Morchel", "signing-secret-Trüffel"
ONE, TWO, RED, BLUE, ORGANISATION = "T0ONE", "T0TWO", "T0RED", "T0BLUE", "E0ORG"
"""Two workspaces, and two of an organisation."""
ENTERPRISES = {RED: ORGANISATION, BLUE: ORGANISATION}
MAYA = "U0MAYA"
CHANNEL = "C0DEALS"

Json = dict[str, Any]


@dataclass
class Call:
    """A call of the bot's to Slack, with a token that was good or was not."""

    method: str
    token: str
    asked: Json
    is_good: bool


@dataclass
class SlackStandIn:
    """As much of Slack as it takes to install a bot in workspaces and to be spoken to with its tokens."""

    codes: dict[str, str] = field(default_factory=dict)
    """For which workspace or organisation each code is, until it is used."""
    tokens: dict[str, str] = field(default_factory=dict)
    """Of which workspace or organisation each token is that is good."""
    calls: list[Call] = field(default_factory=list)
    rotates: bool = False
    is_down: bool = False
    made: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/api/oauth.v2.access", self._access), web.post("/api/{method}", self._method)])
        return app

    def allows(self, link: str, where: str) -> str:
        """Somebody allows what a link to Slack asks for; gives the code that Slack sends them back with."""
        asked = parse_qs(urlsplit(link).query)
        assert asked["client_id"] == [CLIENT_ID]
        assert "chat:write" in asked["scope"][0].split(",")
        self.made += 1
        self.codes[code := f"code-{where}-{self.made}"] = where
        return code

    def revokes(self, where: str) -> None:
        self.tokens = {token: each for token, each in self.tokens.items() if each != where}

    def made_by(self, token_of: str, method: str) -> list[Json]:
        """What was asked of a method with the tokens of a workspace or organisation while they were good."""
        good = [each for each in self.calls if each.method == method and each.is_good]
        return [each.asked for each in good if f"-{token_of}-" in each.token]

    async def _access(self, request: web.Request) -> web.Response:
        asked = await request.post()
        if self.is_down:
            return web.Response(status=503, text="{}")
        given = request.headers.get("Authorization", "") or asked.get("client_secret")
        if not given:
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        where = self.codes.pop(str(asked.get("code")), "")
        if not where:
            return web.json_response({"ok": False, "error": "invalid_code"})
        is_organisation = where == ORGANISATION
        enterprise = ORGANISATION if is_organisation else ENTERPRISES.get(where)
        self.made += 1
        self.tokens[token := f"xoxb-{where}-{self.made}"] = where
        answer = {
            "ok": True, "app_id": "A0DEAL", "authed_user": {"id": MAYA}, "scope": "chat:write", "token_type": "bot",
            "access_token": token, "bot_user_id": f"U0BOT{where}", "is_enterprise_install": is_organisation,
            "team": None if is_organisation else {"id": where, "name": f"Workspace <{where}>"},
            "enterprise": {"id": enterprise, "name": "The Organisation"} if enterprise else None,
        }  # fmt: skip
        rotated = {"refresh_token": "xoxe-1-Reizker", "expires_in": 43200} if self.rotates else {}
        return web.json_response(answer | rotated)

    async def _method(self, request: web.Request) -> web.Response:
        text = await request.text()
        is_json = request.content_type == "application/json"
        asked = json.loads(text) if is_json else {name: values[0] for name, values in parse_qs(text).items()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        method = request.match_info["method"]
        self.calls.append(Call(method, token, asked, token in self.tokens))
        if (where := self.tokens.get(token)) is None:
            return web.json_response({"ok": False, "error": "account_inactive"})
        return web.json_response({"ok": True, **self._answer(method, where, asked)})

    def _answer(self, method: str, where: str, asked: Json) -> Json:
        self.made += 1
        match method:
            case "auth.test":
                about = {"user_id": f"U0BOT{where}", "bot_id": "B0BOT", "url": f"https://{where.lower()}.slack.com/"}
                if where == ORGANISATION:
                    return {**about, "enterprise_id": ORGANISATION, "is_enterprise_install": True}
                return {**about, "team_id": where, "enterprise_id": ENTERPRISES.get(where)}
            case "users.info":
                user = {"id": asked["user"], "name": "maya", "tz": "Europe/Berlin", "profile": {}}
                return {"user": user | ({"team_id": where} if where != ORGANISATION else {})}
            case "users.lookupByEmail":
                return {"user": {"id": MAYA}}
            case "conversations.info":
                return {"channel": {"id": asked["channel"], "is_member": True}}
            case "conversations.open":
                return {"channel": {"id": f"D0{asked['users']}"}}
            case "chat.postMessage" | "chat.update":
                return {"ts": asked.get("ts") or f"{1_700_000_000 + self.made}.000001", "channel": asked["channel"]}
            case "conversations.replies" | "conversations.history":
                return {"messages": []}
        return {}


@dataclass
class Page:
    """What a browser shows."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def link(self) -> str:
        """Where its button leads."""
        (found,) = re.findall(r'<a class="go" href="([^"]+)"', self.text)
        return html.unescape(found)


@dataclass
class Browser:
    """Somebody's browser, which keeps the cookie of the bot's page."""

    address: str
    cookie: str = ""

    def opens(self, path: str, **query: str) -> Page:
        where = f"{self.address}{path}" + (f"?{urlencode(query)}" if query else "")
        request = Request(where, headers={"Cookie": self.cookie} if self.cookie else {})  # noqa: S310
        page = fetched(request)
        if given := page.headers.get("set-cookie"):
            self.cookie = given.partition(";")[0]
        return page


def fetched(request: Request) -> Page:
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310
            return Page(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()})
    except HTTPError as refused:
        with refused:
            return Page(refused.code, refused.read().decode(), {k.lower(): v for k, v in refused.headers.items()})


@dataclass
class Town:
    """The bot in many workspaces, and everybody around it. `bot_arrives` and `bot_leaves` start and stop it."""

    slack: SlackStandIn
    api_url: str
    database_url: str
    clock: Clock
    keys: tuple[str, ...]
    bot: Dealreview = field(init=False)
    address: str = ""
    _stay: ExitStack = field(default_factory=ExitStack)
    _told: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(
            oauth=OAuth(CLIENT_ID, CLIENT_SECRET, self.keys),
            signing_secret=SIGNING_SECRET,
            slack_api_url=self.api_url,
            database_url=self.database_url,
            burst=timedelta(0),
            pace=timedelta(0),
        )

    @property
    def env(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url, "SLACK_API_URL": self.api_url, "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": "3000",
            "DEALREVIEW_KEYS": ",".join(self.keys),
        }  # fmt: skip

    def bot_arrives(self) -> None:
        self.bot = create_app(self.settings, clock=self.clock.utc)
        self._stay.enter_context(self.bot.running())
        self.address = self._stay.enter_context(served(http_app(self.bot, SIGNING_SECRET)))

    def bot_leaves(self) -> None:
        self._stay.close()

    def installs(self, where: str) -> Page:
        """Somebody walks from the bot's page to Slack's, allows it for a workspace or organisation, and comes back."""
        browser = Browser(self.address)
        link = browser.opens("/slack/install").link
        state = parse_qs(urlsplit(link).query)["state"][0]
        return browser.opens("/slack/oauth_redirect", code=self.slack.allows(link, where), state=state)

    def command(self, team: str, text: str, **more: str) -> str:
        """Maya types `/dealreview …`; returns what she sees."""
        self._told += 1
        typed = {
            "command": "/dealreview", "text": text, "team_id": team, "channel_id": CHANNEL, "user_id": MAYA,
            "trigger_id": f"1.{self._told}", "response_url": f"{self.api_url}respond", **more,
        }  # fmt: skip
        return self.sends(urlencode(typed), "application/x-www-form-urlencoded").text

    def event(self, team: str | None, event: Json, **more: Any) -> Page:
        self._told += 1
        told = {
            "type": "event_callback", "team_id": team, "event_id": f"Ev{self._told}", "event": event,
            "event_time": int(self.clock()), **more,
        }  # fmt: skip
        return self.sends(json.dumps(told), "application/json")

    def removes(self, team: str) -> None:
        """Somebody removes the bot from a workspace: Slack takes its tokens, and tells."""
        self.slack.revokes(team)
        assert self.event(team, {"type": "tokens_revoked", "tokens": {"bot": [f"U0BOT{team}"]}}).status == 200
        assert self.event(team, {"type": "app_uninstalled"}).status == 200

    def sends(self, body: str, kind: str) -> Page:
        """Slack sends a request, signed."""
        timestamp = str(int(time.time()))
        signed = {
            "Content-Type": kind, "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(SIGNING_SECRET, timestamp, body),
        }  # fmt: skip
        return fetched(Request(f"{self.address}/slack/events", data=body.encode(), headers=signed))  # noqa: S310

    def posts(self, team: str) -> list[str]:
        """What the bot posted with the token of a workspace or organisation."""
        return [str(each.get("text")) for each in self.slack.made_by(team, "chat.postMessage")]

    def waits_until(self, ready: Any, seconds: float = PATIENCE) -> None:
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "it never came"
            time.sleep(0.02)

    def settles(self) -> None:
        """Wait until everything decided is said."""
        self.bot.engine.wake()
        self.waits_until(self.bot.engine.is_idle)


@contextmanager
def open_town(database_url: str) -> Iterator[Town]:
    slack = SlackStandIn()
    with served(slack.app()) as address:
        town = Town(slack, f"{address}/api/", database_url, Clock(), (new_key(),))
        town.bot_arrives()
        try:
            yield town
        finally:
            town.bot_leaves()
