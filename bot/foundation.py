"""What every decision about a review stands on, in the running bot and at the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk import WebClient

from bot.directory import Directory
from bot.library import Library
from bot.outbox import Outbox
from bot.service.decisions import Decisions
from bot.service.nudges import NudgeService
from bot.service.opening import Opening
from bot.service.reminders import ReminderService
from bot.service.rulings import Rulings
from bot.speaker import Speaker
from storage import audit
from storage.database import Database


@dataclass(frozen=True)
class Foundation:
    """The bot's knowledge of the workspace and its voice, its decisions, and whoever follows each of them."""

    database: Database
    directory: Directory
    speaker: Speaker
    outbox: Outbox
    decisions: Decisions
    nudges: NudgeService
    opening: Opening
    reminders: ReminderService
    rulings: Rulings

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the time in UTC."""
        return self.decisions.clock


def lay_foundation(
    database: Database,
    asks: WebClient,
    says: WebClient,
    home: Callable[[], str],
    clock: Callable[[], datetime],
    wake: Callable[[], None],
    pace: timedelta,
) -> Foundation:
    """`asks` looks things up in Slack and `says` posts there; `home` tells the address of the workspace that is worked
    for, empty if not known.

    `clock` gives the time in UTC, `wake` is called when there may be something to say, and `pace` is the time between
    posts to a channel.
    """
    directory = Directory(asks, database, home, clock=lambda: clock().timestamp())
    speaker = Speaker(says, directory, Library(database))
    outbox = Outbox(database, speaker, pace)
    decisions = Decisions(database, outbox, speaker, clock, wake)
    nudges = NudgeService(database, outbox, directory, clock)
    opening = Opening(database, decisions, outbox, directory, pace)
    reminders = ReminderService(database, outbox, directory, clock, wake, nudges.is_due)
    # In this order: who opens reviews has locked the deals of a call, which `opening` follows, before a nudge.
    decisions.followers += [opening.follow, nudges.follow, reminders.follow, audit.follow]
    return Foundation(
        database, directory, speaker, outbox, decisions, nudges, opening, reminders, Rulings(database, directory)
    )
