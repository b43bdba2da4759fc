"""The settings: what each may be, and one sentence that names it when it is not that."""

from __future__ import annotations

import http.server
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.settings import BadSetting, Door, Endpoint, OAuth, Settings
from tests.conftest import Room

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
LENS = {"LENS_URL": "http://localhost:11434/v1", "LENS_MODEL": "small", "LENS_KEY": "s3cret"}
HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret", "PORT": "3000"}
KEY, OLD_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
MANY = {
    "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret-too", "DEALREVIEW_KEYS": KEY,
    "SLACK_SIGNING_SECRET": "s3cret", "PORT": "3000",
}  # fmt: skip
OURS = ("SLACK_", "DEALREVIEW_", "DATABASE_URL", "LENS_", "OTEL_", "PORT")

MISTAKES = {
    "no bot token": ({**SOCKET, "SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
    "a blank bot token": ({**SOCKET, "SLACK_BOT_TOKEN": "  "}, "SLACK_BOT_TOKEN is not set"),
    "a person's token": ({**SOCKET, "SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN is not a bot token"),
    "tokens swapped": ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
    "a bot token twice": ({**SOCKET, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
    "no door": ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET"),
    "nothing at all": ({}, "SLACK_APP_TOKEN"),
    "both doors": ({**SOCKET, **HTTP}, "SLACK_APP_TOKEN (Socket Mode) and SLACK_SIGNING_SECRET (HTTP) are both set"),
    "no port": ({**HTTP, "PORT": ""}, "PORT is not set"),
    "a port for the outside by name": ({**SOCKET, "DEALREVIEW_METRICS_PORT": "metrics"}, "DEALREVIEW_METRICS_PORT is"),
    "no place for spans": (
        {**SOCKET, "OTEL_EXPORTER_OTLP_ENDPOINT": "collector"},
        "OTEL_EXPORTER_OTLP_ENDPOINT must be",
    ),
    "a port by name": ({**HTTP, "PORT": "http"}, "PORT is 'http'"),
    "port zero": ({**HTTP, "PORT": "0"}, "PORT is '0'"),
    "a negative port": ({**HTTP, "PORT": "-1"}, "PORT is '-1'"),
    "a port too high": ({**HTTP, "PORT": "65536"}, "PORT is '65536'"),
    "a port and a half": ({**HTTP, "PORT": "3000.5"}, "PORT is '3000.5'"),
    "an address without a scheme": ({**SOCKET, "SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL is 'slack.com/api'"),
    "an address without a host": ({**SOCKET, "SLACK_API_URL": "https://"}, "SLACK_API_URL is 'https://'"),
    "an address of files": ({**SOCKET, "SLACK_API_URL": "file:///etc"}, "SLACK_API_URL is 'file:///etc'"),
    "a burst in words": ({**SOCKET, "DEALREVIEW_BURST_SECONDS": "five"}, "DEALREVIEW_BURST_SECONDS is 'five'"),
    "a burst before now": ({**SOCKET, "DEALREVIEW_BURST_SECONDS": "-1"}, "DEALREVIEW_BURST_SECONDS is '-1'"),
    "a burst for ever": ({**SOCKET, "DEALREVIEW_BURST_SECONDS": "inf"}, "DEALREVIEW_BURST_SECONDS is 'inf'"),
    "a burst that is no number": ({**SOCKET, "DEALREVIEW_BURST_SECONDS": "nan"}, "DEALREVIEW_BURST_SECONDS is 'nan'"),
    "a burst too long": ({**SOCKET, "DEALREVIEW_BURST_SECONDS": "301"}, "from 0 to 300"),
    "a pace in words": ({**SOCKET, "DEALREVIEW_PACE_SECONDS": "slow"}, "DEALREVIEW_PACE_SECONDS is 'slow'"),
    "a pace too long": ({**SOCKET, "DEALREVIEW_PACE_SECONDS": "301"}, "DEALREVIEW_PACE_SECONDS is '301'"),
    "a lens without a model": ({**SOCKET, **LENS, "LENS_MODEL": ""}, "LENS_MODEL is not set"),
    "a lens without an address": ({**SOCKET, **LENS, "LENS_URL": " "}, "LENS_URL is not set"),
    "a key to no lens": ({**SOCKET, "LENS_KEY": "s3cret"}, "LENS_URL is not set"),
    "a lens without a scheme": ({**SOCKET, **LENS, "LENS_URL": "localhost:11434/v1"}, "LENS_URL must be an address"),
    "a lens of files": ({**SOCKET, **LENS, "LENS_URL": "file:///etc"}, "LENS_URL must be an address"),
    "a lens with a password": ({**SOCKET, **LENS, "LENS_URL": "https://me:s3cret@host/v1"}, "LENS_URL must be"),
    "a key for an address": ({**SOCKET, **LENS, "LENS_URL": "s3cret"}, "LENS_URL must be an address"),
    "one workspace and a client id": (
        {**SOCKET, "SLACK_CLIENT_ID": "1.2"},
        "SLACK_BOT_TOKEN (one workspace) and SLACK_CLIENT_ID (many workspaces) are both set",
    ),
    "one workspace and a client secret": ({**HTTP, "SLACK_CLIENT_SECRET": "x"}, "SLACK_CLIENT_SECRET (many"),
    "one workspace and keys": ({**SOCKET, "DEALREVIEW_KEYS": KEY}, "DEALREVIEW_KEYS (many workspaces) are both set"),
    "many and no client id": ({**MANY, "SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID is not set; many workspaces need"),
    "many and no client secret": ({**MANY, "SLACK_CLIENT_SECRET": " "}, "SLACK_CLIENT_SECRET is not set"),
    "many and no keys": ({**MANY, "DEALREVIEW_KEYS": ""}, "DEALREVIEW_KEYS is not set"),
    "a key that is none": ({**MANY, "DEALREVIEW_KEYS": f"{KEY},s3cret"}, "DEALREVIEW_KEYS holds something that is no"),
    "many without a key": ({**MANY, "DEALREVIEW_KEYS": ","}, "DEALREVIEW_KEYS is not set"),
    "many over a socket": ({**MANY, "SLACK_APP_TOKEN": "xapp-1"}, "instead of SLACK_APP_TOKEN"),
    "many and no port": ({**MANY, "PORT": ""}, "PORT is not set"),
    "many and no door": ({**MANY, "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET with PORT (HTTP) is set"),
}


@pytest.fixture
def desert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without .env, in an environment without any setting of ours."""
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def serve(**env: str) -> Result:
    return CliRunner().invoke(main, ["serve"], env={"DATABASE_URL": f"sqlite:///{uuid.uuid4().hex}.db", **env})


def assert_one_error(result: Result, *named: str) -> None:
    """The command ended with one line that a person can act on, and with no stack trace."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    errors = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert "Traceback" not in result.output
    for each in named:
        assert each in errors[0]


# What they may be


def test_two_tokens_are_enough_and_everything_else_has_a_default() -> None:
    settings = Settings.read(SOCKET)
    assert settings.door is Door.SOCKET
    assert settings == Settings(
        bot_token="xoxb-1",
        app_token="xapp-1",
        signing_secret="",
        port=0,
        slack_api_url="https://slack.com/api/",
        database_url="sqlite:///dealreview.db",
        lens=None,
        burst=timedelta(seconds=5),
        pace=timedelta(seconds=1),
    )


def test_a_signing_secret_with_a_port_is_http() -> None:
    settings = Settings.read(HTTP)
    assert (settings.door, settings.port, settings.signing_secret) == (Door.HTTP, 3000, "s3cret")


def test_a_client_id_with_its_secret_and_keys_is_many_workspaces() -> None:
    settings = Settings.read({**MANY, "DEALREVIEW_KEYS": f" {KEY} , {OLD_KEY},"})
    assert settings.oauth == OAuth("1.2", "s3cret-too", (KEY, OLD_KEY))
    assert (settings.bot_token, settings.door) == ("", Door.HTTP)
    for secret in ("s3cret", KEY, OLD_KEY):
        assert secret not in repr(settings)


def test_a_setting_that_is_set_to_nothing_is_not_set() -> None:
    empty = dict.fromkeys(
        ("SLACK_SIGNING_SECRET", "SLACK_API_URL", "DATABASE_URL", "DEALREVIEW_BURST_SECONDS", *LENS), ""
    )
    assert Settings.read({**SOCKET, **empty, "SLACK_CLIENT_ID": ""}) == Settings.read(SOCKET)


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    assert Settings.read({name: f"  {value}\n" for name, value in HTTP.items()}) == Settings.read(HTTP)


def test_in_socket_mode_a_port_is_where_the_outside_may_look() -> None:
    assert Settings.read({**SOCKET, "PORT": "3000"}).port == 3000
    assert Settings.read({**SOCKET, "DEALREVIEW_METRICS_PORT": "9090"}).metrics_port == 9090


def test_a_port_left_over_from_elsewhere_does_not_disturb_socket_mode() -> None:
    assert Settings.read({**SOCKET, "PORT": "nonsense"}).door is Door.SOCKET


@pytest.mark.parametrize("given", ["http://127.0.0.1:8765/api", "http://127.0.0.1:8765/api/"])
def test_the_address_of_slack_may_end_with_a_slash_or_not(given: str) -> None:
    assert Settings.read({**SOCKET, "SLACK_API_URL": given}).slack_api_url == "http://127.0.0.1:8765/api/"


@pytest.mark.parametrize(("given", "seconds"), [("0", 0), ("2.5", 2.5), ("300", 300)])
def test_burst_and_pace_are_numbers_of_seconds(given: str, seconds: float) -> None:
    assert Settings.read({**SOCKET, "DEALREVIEW_BURST_SECONDS": given}).burst == timedelta(seconds=seconds)
    assert Settings.read({**SOCKET, "DEALREVIEW_PACE_SECONDS": given}).pace == timedelta(seconds=seconds)


def test_a_lens_is_an_address_and_a_model_and_a_key_only_where_one_is_asked_for() -> None:
    assert Settings.read({**SOCKET, **LENS}).lens == Endpoint("http://localhost:11434/v1", "small", "s3cret")
    assert Settings.read({**SOCKET, **LENS, "LENS_KEY": ""}).lens == Endpoint("http://localhost:11434/v1", "small")


def test_the_key_to_a_lens_is_in_no_description_of_the_settings() -> None:
    assert "s3cret" not in repr(Settings.read({**SOCKET, **LENS}))


def test_the_environment_beats_dotenv(desert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (desert / ".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN=xapp-file\nDATABASE_URL=sqlite:///a.db\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    settings = Settings.load()
    assert (settings.bot_token, settings.app_token) == ("xoxb-environment", "xapp-file")
    assert settings.database_url == "sqlite:///a.db"


def test_reading_dotenv_leaves_the_environment_alone(desert: Path) -> None:
    (desert / ".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN=xapp-file\nNAME_ALONE\n")
    Settings.load()
    assert "SLACK_BOT_TOKEN" not in os.environ


# When one is not what it should be


@pytest.mark.parametrize(("given", "said"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_told_in_one_sentence_that_names_the_setting(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting) as problem:
        Settings.read(given)
    told = str(problem.value)
    assert said in told
    assert "\n" not in told
    assert told.endswith(".")


@pytest.mark.parametrize(("given", "said"), MISTAKES.values(), ids=list(MISTAKES))
def test_dealreview_serve_ends_with_that_one_sentence(desert: Path, given: dict[str, str], said: str) -> None:
    assert_one_error(serve(**given), said)
    assert list(desert.iterdir()) == []


def test_an_address_that_cannot_even_be_parsed_is_told_the_same_way() -> None:
    with pytest.raises(BadSetting, match="SLACK_API_URL"):
        Settings.read({**SOCKET, "SLACK_API_URL": "http://[slack/"})


def test_a_secret_is_never_repeated() -> None:
    for given, _ in MISTAKES.values():
        with pytest.raises(BadSetting) as problem:
            Settings.read({**given, "SLACK_SIGNING_SECRET": given.get("SLACK_SIGNING_SECRET", "")})
        assert "xoxb-1" not in str(problem.value)
        assert "s3cret" not in str(problem.value)


# When Slack or the database has another opinion


def test_a_bot_token_that_slack_refuses_is_named(room: Room, desert: Path) -> None:
    result = serve(**{**SOCKET, "SLACK_API_URL": room.workspace.api_url})
    assert_one_error(result, "SLACK_BOT_TOKEN", "invalid_auth")


def test_an_app_token_that_slack_refuses_is_named(room: Room, desert: Path) -> None:
    env = {"SLACK_BOT_TOKEN": room.workspace.bot_token, "SLACK_API_URL": room.workspace.api_url}
    assert_one_error(serve(**env, SLACK_APP_TOKEN="xapp-other"), "SLACK_APP_TOKEN", "invalid_auth")


def test_a_slack_that_cannot_be_reached_is_told_with_its_address(desert: Path) -> None:
    assert_one_error(serve(**SOCKET, SLACK_API_URL=f"http://127.0.0.1:{free_port()}/api/"), "SLACK_API_URL")


def test_a_slack_that_hangs_up_or_is_ill_is_told_in_one_sentence(room: Room, desert: Path) -> None:
    env = {**SOCKET, "SLACK_BOT_TOKEN": room.workspace.bot_token, "SLACK_API_URL": room.workspace.api_url}
    room.workspace.fault("auth.test", "drop_before", times=2)
    assert_one_error(serve(**env), "SLACK_API_URL")
    room.workspace.fault("auth.test", "server_error")
    assert_one_error(serve(**env), "Slack")


def test_something_that_is_not_slack_is_told_in_one_sentence(desert: Path) -> None:
    with some_web_page() as address:
        assert_one_error(serve(**SOCKET, SLACK_API_URL=address), "Slack")


def test_a_bot_that_was_not_built_lets_go_of_its_database(room: Room, desert: Path) -> None:
    env = {**SOCKET, "SLACK_API_URL": room.workspace.api_url, "DATABASE_URL": f"sqlite:///{desert}/kept.db"}
    assert_one_error(serve(**env), "SLACK_BOT_TOKEN")
    assert_one_error(serve(**env), "SLACK_BOT_TOKEN")


def test_a_database_that_cannot_be_used_is_told_in_one_sentence(room: Room, desert: Path) -> None:
    env = {**SOCKET, "SLACK_BOT_TOKEN": room.workspace.bot_token, "SLACK_API_URL": room.workspace.api_url}
    assert_one_error(serve(**env, DATABASE_URL="sqlite:////dev/null/x.db"), "DATABASE_URL")
    assert_one_error(serve(**env, DATABASE_URL="nonsense"), "DATABASE_URL")


def test_a_port_that_is_taken_is_named(room: Room, desert: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104
        taken.listen()
        port = str(taken.getsockname()[1])
        env = {"SLACK_BOT_TOKEN": room.workspace.bot_token, "SLACK_API_URL": room.workspace.api_url}
        assert_one_error(serve(**env, SLACK_SIGNING_SECRET="x", PORT=port), f"PORT is {port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def some_web_page() -> Iterator[str]:
    """A server that answers everything with a page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
        server.shutdown()
        thread.join(5)
