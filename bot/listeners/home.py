"""App Home: shown when it is opened and after each act in it, and the form of a person's own settings."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot import habits
from bot.listeners.forms import answer_form
from bot.service.home import HomeService
from bot.speaker import Speaker
from flows.home import Only, Shown


def register(bolt: App, homes: HomeService, speaker: Speaker) -> None:
    @bolt.event("app_home_opened")
    def on_home(event: dict[str, Any], context: BoltContext) -> None:
        if (event.get("tab") or "home") == "home":  # Slack need not say which tab it is
            # Whoever comes back finds the filter they left, but begins on the first page.
            left = Shown.read((event.get("view") or {}).get("private_metadata", ""))
            show(context, event["user"], Shown(left.only))

    @bolt.action("home:only")
    def on_only(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        show(context, body["user"]["id"], Shown(Only(action["selected_option"]["value"])))
        ack()

    @bolt.action(re.compile("^home:(mine|team):(next|back)$"))
    def on_turned(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        pages = action["action_id"].split(":")[1]
        shown = Shown.read(body["view"]["private_metadata"])
        show(context, body["user"]["id"], shown.turned(pages, int(action["value"])))
        ack()

    @bolt.action("home:settings")
    def on_settings(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        team = str(context.team_id)
        form = homes.settings(team, body["user"]["id"], Shown.read(action["value"]))
        speaker.open_form(team, body["trigger_id"], form)
        ack()

    @bolt.view("settings")
    def on_saved(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext) -> None:
        team, person = str(context.team_id), body["user"]["id"]
        before = homes.habits(team, person)
        told, wrong = habits.read(view, before, homes.today(before))
        if not wrong:
            homes.keep(team, person, told)
            show(context, person, Shown.read(view["private_metadata"]))
        answer_form(speaker, ack, team, wrong)

    def show(context: BoltContext, person: str, shown: Shown) -> None:
        """The team is the one the bot is installed in, which Bolt has checked; never one that a payload names."""
        team = str(context.team_id)
        speaker.show_home(team, person, homes.home(team, person, shown))
