"""The bot without Slack: a local workspace with a page, people to act as, and a few reviews they have held."""

from __future__ import annotations

import re
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from bot import manifest
from bot.app import create_app
from bot.settings import Settings
from bot.socket_mode import connected
from bot.tour import tour
from sandbox.running import LocalWorkspace

SCENES = Path(__file__).with_suffix(".yml")
CHANNEL = "#deals"
DAY = 86_400
PATIENCE = 15
NUMBERED = re.compile(r"\d of \d")
BETWEEN_TURNS = 50
"""In seconds: what a person takes to read a question and answer it."""
BURST = timedelta(seconds=1)
"""Whoever has the answer put into the box sends it sooner than they could have typed it."""


def run(port: int, open_browser: bool, data: Path | None) -> None:
    """Serve the demo until interrupted. Without `data` nothing is kept."""
    with _folder(data) as folder, open_stage(port, folder) as stage:
        if stage.is_new:
            click.echo("Setting the scene …")
        set_scene(stage)
        stage.workspace.limits()  # the past was played in seconds; from now on Slack's patience is as it is
        click.echo(f"\nThe local workspace is at {stage.workspace.url}\n")
        click.echo("You are Lena, and Maya has asked you about Northwind Foods. It is your turn in the thread.")
        click.echo("Nothing leaves this machine. Ctrl-C ends it.")
        if open_browser:
            webbrowser.open(stage.workspace.url)
        try:
            while True:
                time.sleep(DAY)
        except KeyboardInterrupt:
            click.echo("\nGood-bye.")


def set_scene(stage: Stage) -> None:
    """Play what has happened so far, unless it is there already, and offer the tour that goes on from it."""
    if stage.is_new:
        Players(stage).play_all()
    stage.workspace.bring_tour(tour())


@dataclass
class Stage:
    """A running workspace with the bot in it. `offset` moves its clock, in seconds: the past is played first.

    `is_silent` tells whether the bot has nothing left to say.
    """

    workspace: LocalWorkspace
    is_new: bool
    is_silent: Callable[[], bool] = lambda: True
    offset: float = 0


Message = dict[str, Any]


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
        owner = scene["opened_by"]
        self._workspace.command(owner, CHANNEL, "/dealreview", scene["command"])
        self._settle()
        said = self._workspace.messages(CHANNEL)
        parent = [message for message in said if message.get("thread_ts") in (None, message["ts"])][-1]
        self._give_details(owner, parent, scene["details"])
        for turn in scene["turns"]:
            self._take_turn(parent, **turn)

    def _take_turn(self, parent: Message, who: str, says: str, source: str = "", if_probed: str = "") -> None:
        """Answer, say how we know, and answer a probe if there is one: whether there is, the lens decides."""
        self._say(parent, who, says)
        if self._is_probed(parent):
            self._say(parent, who, if_probed or "skip")
        if source:
            self._tell_source(parent, f"source:{source}")

    def _say(self, parent: Message, who: str, text: str) -> None:
        self._stage.offset += BETWEEN_TURNS
        self._workspace.message(who, CHANNEL, text, parent["ts"])
        self._settle()

    def _is_probed(self, parent: Message) -> bool:
        """Whether the bot's last words are a follow-up: a question has its number, a summary and a pause no *Skip*."""
        thread = self._workspace.messages(CHANNEL, parent["ts"])
        latest = [message for message in thread if message.get("bot_id")][-1]
        return "word:skip" in str(latest["blocks"]) and not NUMBERED.search(latest["text"])

    def _tell_source(self, parent: Message, action: str) -> None:
        """Whoever spoke last presses how we know, under the question answered last."""
        thread = self._workspace.messages(CHANNEL, parent["ts"])
        asked = [message for message in thread if action in str(message.get("blocks"))]
        speaker = [message["user"] for message in thread if not message.get("bot_id")]
        self._workspace.action(speaker[-1], asked[-1], action)
        self._settle()

    def _give_details(self, who: str, parent: Message, details: dict[str, Any]) -> None:
        self._workspace.action(who, parent, "details")
        form = self._workspace.modal(who) or {}
        filled = {block: {"value": value} for block, value in self._filled(details).items()}
        self._workspace.submit(who, form["id"], filled)
        self._settle()

    def _filled(self, details: dict[str, Any]) -> dict[str, str]:
        """A form's values; `their_date_in` and the like are days from the day on which the scenes are played."""
        today = datetime.fromtimestamp(self._workspace.now - self._stage.offset, UTC).date()
        return {
            name.removesuffix("_in"): (today + timedelta(days=value)).isoformat() if name.endswith("_in") else value
            for name, value in details.items()
        }

    def _settle(self) -> None:
        self._workspace.quiet(PATIENCE)
        self._workspace.wait_until(self._stage.is_silent, PATIENCE)
        self._workspace.quiet(PATIENCE)


@contextmanager
def open_stage(port: int, folder: Path, clock: Callable[[], float] = time.time) -> Iterator[Stage]:
    """The local workspace with the bot connected to it in Socket Mode, both living by one clock.

    That gives seconds since the epoch, and has to go: who answers within a second of a question adds to the one before.
    """
    store, database = folder / "workspace.json", folder / "dealreview.db"
    is_new = not store.exists()
    try:
        workspace = LocalWorkspace(manifest.socket_mode(), port=port, store=store, clock=lambda: clock() + stage.offset)
        stage = Stage(workspace, is_new)
        workspace.start()
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used ({error.strerror}); try --port {port + 1}.") from None
    settings = Settings(
        bot_token=workspace.bot_token,
        app_token=workspace.app_token,
        slack_api_url=workspace.api_url,
        database_url=f"sqlite:///{database}",
        pace=timedelta(0),
        burst=BURST,
    )
    bot = create_app(settings, clock=lambda: datetime.fromtimestamp(workspace.now, UTC))
    stage.is_silent = bot.engine.is_idle
    try:
        with bot.running(), connected(bot, settings):
            workspace.wait_connected(PATIENCE)
            yield stage
    finally:
        workspace.stop()


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data:
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{data} cannot be made ({error.strerror}).", param_hint="--data") from None
        yield data
    else:
        with tempfile.TemporaryDirectory(prefix="dealreview-") as folder:
            yield Path(folder)
