"""Every setting, read from the environment and `.env`, checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.logs import Form
from storage.sealing import is_key

SLACK = "https://slack.com/api/"
DATABASE = "sqlite:///dealreview.db"
BURST_SECONDS = 5.0
PACE_SECONDS = 1.0
LONGEST_SECONDS = 300.0
OF_MANY = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "DEALREVIEW_KEYS")


class BadSetting(Exception):
    """A setting is missing, ambiguous or malformed; the message names it and says what to do."""


class Door(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "Socket Mode"
    HTTP = "HTTP"


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint, such as `http://localhost:11434/v1`, to which every reply is sent word for word.

    `model` is one that it has; `key` is empty where it asks for none, and never shown.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class OAuth:
    """How the bot is installed in many workspaces: as which app, and with which keys its tokens there are sealed."""

    client_id: str
    client_secret: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the bot needs to know to run. `signing_secret` belongs to HTTP, `app_token` to Socket Mode.

    It has a `bot_token` and works in one workspace, or `oauth` and is installed in many.
    Without a `lens`, answers are read on this machine and sent to nobody. `burst` is how long after a question appears
    its reader cannot yet have read it; `pace` is the time between the bot's posts to one channel in the long run.
    `port` is where Slack's requests come with HTTP, and `metrics_port` where the outside may look, if not at `port`;
    each is 0 if there is none. `traces` is where OpenTelemetry's spans go.
    """

    bot_token: str = field(default="", repr=False)
    oauth: OAuth | None = None
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    port: int = 0
    slack_api_url: str = SLACK
    database_url: str = field(default=DATABASE, repr=False)
    lens: Endpoint | None = None
    burst: timedelta = timedelta(seconds=BURST_SECONDS)
    pace: timedelta = timedelta(seconds=PACE_SECONDS)
    metrics_port: int = 0
    traces: str = ""

    @property
    def door(self) -> Door:
        return Door.SOCKET if self.app_token else Door.HTTP

    @classmethod
    def load(cls, env_file: Path = Path(".env")) -> Settings:
        """Settings from the environment, which wins, and from a file. Raises `BadSetting`."""
        from_file = {name: value for name, value in dotenv_values(env_file).items() if value is not None}
        return cls.read({**from_file, **os.environ})

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Settings:
        """Settings from a mapping of environment variables. Raises `BadSetting`."""
        values = {name: value.strip() for name, value in given.items()}
        oauth = _oauth(values)
        app_token = _token(values, "SLACK_APP_TOKEN", "xapp-")
        secret = values.get("SLACK_SIGNING_SECRET", "")
        _choose_door(values, app_token, secret)
        return cls(
            bot_token="" if oauth else _bot_token(values),
            oauth=oauth,
            app_token=app_token,
            signing_secret=secret,
            port=_port_beside(values.get("PORT", "")) if app_token else _port("PORT", values["PORT"]),
            slack_api_url=_api_url(values.get("SLACK_API_URL") or SLACK),
            database_url=database_url(values),
            lens=lens_endpoint(values),
            burst=_seconds(values, "DEALREVIEW_BURST_SECONDS", BURST_SECONDS),
            pace=_seconds(values, "DEALREVIEW_PACE_SECONDS", PACE_SECONDS),
            metrics_port=_port("DEALREVIEW_METRICS_PORT", values.get("DEALREVIEW_METRICS_PORT") or "0", least=0),
            traces=_traces(values.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")),
        )


def database_url(given: Mapping[str, str | None]) -> str:
    """Where the reviews are kept; the one setting that looking after the database needs."""
    return (given.get("DATABASE_URL") or "").strip() or DATABASE


def lens_endpoint(given: Mapping[str, str | None]) -> Endpoint | None:
    """Where answers are sent to be read; None where they stay on this machine. Raises `BadSetting`."""
    url, model, key = ((given.get(name) or "").strip() for name in ("LENS_URL", "LENS_MODEL", "LENS_KEY"))
    if not (url or model or key):
        return None
    for name, value in (("LENS_URL", url), ("LENS_MODEL", model)):
        if not value:
            raise BadSetting(f"{name} is not set; LENS_URL and LENS_MODEL go together, and LENS_KEY only with them.")
    if not is_address(url, "http", "https") or "@" in url:  # it is not repeated, for it may hold what is secret
        raise BadSetting("LENS_URL must be an address such as http://localhost:11434/v1, without a name or password.")
    return Endpoint(url, model, key)


def log_form(given: Mapping[str, str | None]) -> Form:
    """What the log looks like. Raises `BadSetting`."""
    value = (given.get("DEALREVIEW_LOG") or "").strip() or Form.TEXT
    try:
        return Form(value)
    except ValueError:
        raise BadSetting(f"DEALREVIEW_LOG is {value!r}; it must be text or json.") from None


def is_address(value: str, *schemes: str) -> bool:
    """Whether a text is the address of a server, with one of these schemes."""
    try:
        address = urlsplit(value)
    except ValueError:
        return False
    return address.scheme in schemes and bool(address.netloc)


def sealing_keys(given: Mapping[str, str | None]) -> tuple[str, ...]:
    """The keys to tokens that are kept, the newest first; none if none are set. Raises `BadSetting`."""
    keys = tuple(key.strip() for key in (given.get("DEALREVIEW_KEYS") or "").split(",") if key.strip())
    if not all(map(is_key, keys)):
        raise BadSetting("DEALREVIEW_KEYS holds something that is no key; `dealreview keys new` prints one.")
    return keys


def _oauth(values: Mapping[str, str]) -> OAuth | None:
    """How the bot is installed in many workspaces; None where it has the token of one."""
    found = [name for name in OF_MANY if values.get(name)]
    if not found:
        return None
    if values.get("SLACK_BOT_TOKEN"):
        raise BadSetting(
            f"SLACK_BOT_TOKEN (one workspace) and {found[0]} (many workspaces) are both set; keep the one you mean."
        )
    keys = sealing_keys(values)
    for name in OF_MANY:
        if name not in found or (name == OF_MANY[2] and not keys):
            raise BadSetting(f"{name} is not set; many workspaces need {', '.join(OF_MANY[:-1])} and {OF_MANY[-1]}.")
    if values.get("SLACK_APP_TOKEN"):
        raise BadSetting(
            f"SLACK_APP_TOKEN (Socket Mode) and {OF_MANY[0]} (many workspaces) are both set; in many workspaces Slack "
            "reaches the bot over HTTP, so set SLACK_SIGNING_SECRET and PORT instead of SLACK_APP_TOKEN."
        )
    return OAuth(values[OF_MANY[0]], values[OF_MANY[1]], keys)


def _choose_door(values: Mapping[str, str], app_token: str, secret: str) -> None:
    if app_token and secret:
        raise BadSetting(
            "SLACK_APP_TOKEN (Socket Mode) and SLACK_SIGNING_SECRET (HTTP) are both set; keep the one you mean."
        )
    if not app_token and not secret:
        raise BadSetting(
            "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET with PORT (HTTP) is set; set one."
        )
    if secret and not values.get("PORT"):
        raise BadSetting("PORT is not set; with SLACK_SIGNING_SECRET the bot listens on it for Slack's requests.")


def _bot_token(values: Mapping[str, str]) -> str:
    token = values.get("SLACK_BOT_TOKEN", "")
    if not token:
        raise BadSetting("SLACK_BOT_TOKEN is not set; copy the Bot User OAuth Token from your app's settings.")
    if not token.startswith(("xoxb-", "xoxe.xoxb-")):
        raise BadSetting("SLACK_BOT_TOKEN is not a bot token; it begins with xoxb-.")
    return token


def _token(values: Mapping[str, str], name: str, prefix: str) -> str:
    token = values.get(name, "")
    if token and not token.startswith(prefix):
        raise BadSetting(f"{name} is not the token it should be; it begins with {prefix}.")
    return token


def _port(name: str, value: str, least: int = 1) -> int:
    if not value.isdecimal() or not least <= int(value) < 65536:
        raise BadSetting(f"{name} is {value!r}; it must be a whole number from 1 to 65535.")
    return int(value)


def _port_beside(value: str) -> int:
    """In Socket Mode nobody has to reach the bot, so a PORT that is none is left alone."""
    try:
        return _port("PORT", value)
    except BadSetting:
        return 0


def _traces(value: str) -> str:
    if value and not is_address(value, "http", "https"):  # it is not repeated, for it may hold what is secret
        raise BadSetting("OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://localhost:4318.")
    return value


def _api_url(value: str) -> str:
    if not is_address(value, "http", "https"):
        raise BadSetting(f"SLACK_API_URL is {value!r}; it must be an address such as {SLACK}.")
    return value if value.endswith("/") else value + "/"


def _seconds(values: Mapping[str, str], name: str, default: float) -> timedelta:
    value = values.get(name) or str(default)
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise BadSetting(f"{name} is {value!r}; it must be a number of seconds from 0 to {LONGEST_SECONDS:g}.")
    return timedelta(seconds=seconds)
