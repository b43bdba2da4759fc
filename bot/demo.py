"""The bot without Slack: a local workspace with a page, people to act as, and a few reviews they have held."""

from __future__ import annotations

import re
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from bot import manifest
from bot.app import create_app
from bot.settings import Settings
from bot.socket_mode import connected
from flows.words import spoken
from sandbox.running import LocalWorkspace

SCENES = Path(__file__).with_suffix(".yml")
CHANNEL = "#deals"
DAY = 86_400
BETWEEN_TURNS = 50
"""In seconds: what a person takes to read a question and answer it."""


def run(port: int, open_browser: bool, data: Path | None) -> None:
    """Serve the demo until interrupted. Without `data` nothing is kept."""
    with _folder(data) as folder, _workspace(port, folder) as stage:
        if stage.is_new:
            click.echo("Setting the scene …")
            Players(stage).play_all()
        click.echo(f"\nThe local workspace is at {stage.workspace.url}\n")
        click.echo("You are Lena, and Maya has asked you about Northwind Foods. Open the thread and reply.")
        click.echo("Nothing leaves this machine. Ctrl-C ends it.")
        if open_browser:
            webbrowser.open(stage.workspace.url)
        try:
            while True:
                time.sleep(DAY)
        except KeyboardInterrupt:
            click.echo("\nGood-bye.")


@dataclass
class Stage:
    """A running workspace with the bot in it. `offset` moves its clock, in seconds: the past is played first."""

    workspace: LocalWorkspace
    is_new: bool
    offset: float = 0


class Players:
    """Plays scenes as people would: through the workspace, at a human pace by its clock."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._workspace = stage.workspace

    def play_all(self) -> None:
        scenes: list[dict[str, Any]] = yaml.safe_load(SCENES.read_text(encoding="utf-8"))
        for scene in scenes:
            minutes_long = (len(scene["turns"]) + 2) * BETWEEN_TURNS
            self._stage.offset = -scene["days_ago"] * DAY - minutes_long
            self._play(scene)
        self._stage.offset = 0

    def _play(self, scene: dict[str, Any]) -> None:
        before = {message["ts"] for message in self._messages()}
        self._workspace.command(scene["opened_by"], CHANNEL, "/dealreview", scene["command"])
        parent = self._wait(
            lambda: next((m for m in self._messages() if m["ts"] not in before and "thread_ts" not in m), None)
        )
        self._await_bot(parent, 2)
        self._give_details(scene["opened_by"], parent, scene["details"])
        for turn in scene["turns"]:
            self._stage.offset += BETWEEN_TURNS
            if isinstance(turn, str):
                self._tell_source(parent, turn.strip("<>"))
            else:
                ((who, text),) = turn.items()
                self._reply(parent, who, text)

    def _reply(self, parent: dict[str, Any], who: str, text: str) -> None:
        """Reply and wait for what the bot does about it: the next question, or only a reaction on an addition."""
        said = self._said_by_bot(parent)
        ts = self._workspace.message(who, CHANNEL, text, parent["ts"])
        reaction_only = not spoken(text)

        def answered() -> bool:
            mine = next(m for m in self._messages(parent) if m["ts"] == ts)
            added = any(reaction["name"] == "heavy_plus_sign" for reaction in mine["reactions"])
            return (reaction_only and added) or self._said_by_bot(parent) > said

        self._wait(answered)
        self._workspace.quiet()

    def _tell_source(self, parent: dict[str, Any], source: str) -> None:
        """Press how we know under the question answered last."""
        action = f"source:{source}"
        asked = [m for m in self._messages(parent) if action in _actions(m)]
        answerer = next(m["user"] for m in reversed(self._messages(parent)) if not m.get("bot_id"))
        self._workspace.action(answerer, asked[-1], action)

    def _give_details(self, who: str, parent: dict[str, Any], details: dict[str, Any]) -> None:
        today = datetime.fromtimestamp(time.time(), UTC).date()
        self._workspace.action(who, parent, "details")
        form = self._wait(lambda: self._workspace.modal(who))
        self._workspace.submit(who, form["id"], {k: {"value": v} for k, v in _filled(details, today).items()})

    def _await_bot(self, parent: dict[str, Any], messages: int) -> None:
        self._wait(lambda: self._said_by_bot(parent) >= messages)

    def _said_by_bot(self, parent: dict[str, Any]) -> int:
        return sum(bool(m.get("bot_id")) for m in self._messages(parent))

    def _messages(self, parent: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        return self._workspace.messages(CHANNEL, parent["ts"] if parent else None)

    def _wait(self, happened: Callable[[], Any]) -> Any:
        return self._workspace.wait_until(happened, timeout=15)


@contextmanager
def _workspace(port: int, folder: Path) -> Iterator[Stage]:
    """The local workspace with the bot connected to it in Socket Mode, both living by one clock."""
    store, database = folder / "workspace.json", folder / "dealreview.db"
    is_new = not store.exists()
    try:
        workspace = LocalWorkspace(
            manifest.socket_mode(), port=port, store=store, clock=lambda: time.time() + stage.offset
        )
        stage = Stage(workspace, is_new)
        workspace.start()
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used ({error.strerror}); try --port {port + 1}.") from None
    settings = Settings(
        bot_token=workspace.bot_token,
        app_token=workspace.app_token,
        slack_api_url=workspace.api_url,
        database_url=f"sqlite:///{database}",
    )
    bot = create_app(settings, clock=lambda: datetime.fromtimestamp(workspace.now, UTC))
    bot.start()
    try:
        with connected(bot, settings):
            workspace.wait_connected()
            yield stage
    finally:
        bot.stop()
        workspace.stop()


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data:
        data.mkdir(parents=True, exist_ok=True)
        yield data
    else:
        with tempfile.TemporaryDirectory(prefix="dealreview-") as folder:
            yield Path(folder)


def _filled(details: dict[str, Any], today: date) -> dict[str, str]:
    """A form's values; `their_date_in` and the like are days from today."""
    return {
        name.removesuffix("_in"): (today + timedelta(days=value)).isoformat() if name.endswith("_in") else value
        for name, value in details.items()
    }


def _actions(message: dict[str, Any]) -> set[str]:
    return set(re.findall(r"'action_id': '([^']+)'", str(message.get("blocks"))))
