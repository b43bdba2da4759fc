"""Two companies beside each other: each installs the bot from its page, and neither hears of the other.

They are two local workspaces. On Postgres two replicas of the bot serve both, and Slack's requests go to either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import select

from bot import manifest
from bot.app import Dealreview, create_app
from bot.http import http_app
from bot.manifest import REDIRECT
from bot.oauth import INSTALL
from bot.settings import OAuth, Settings
from sandbox.browser import Shown
from sandbox.handle import Handle
from sandbox.people import CLIENT_ID, CLIENT_SECRET, HOME, NEXT_DOOR
from sandbox.running import LocalWorkspaces
from storage.models import DealRow
from storage.sealing import new_key
from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import PATIENCE, Clock, served, typed
from tests.reading import Message
from tests.sayings import ANSWERS

OURS, THEIRS = HOME.id, NEXT_DOOR.id


@dataclass
class Street:
    """The workspaces, and the replicas of the bot that serve them in turn."""

    slack: LocalWorkspaces
    clock: Clock
    replicas: list[Dealreview] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns: Iterator[str] = iter(())

    def __getitem__(self, team: str) -> Handle:
        return self.slack.workspaces[team]

    def open(self) -> None:
        self._turns = cycle(self.addresses)

    def another_replica(self) -> str:
        """From now on Slack's requests go to the next replica; gives its address."""
        address = next(self._turns)
        self.slack.deliver_by_http(f"{address}/slack/events")
        return address

    def installs(self, team: str, who: str) -> Shown:
        """Somebody sets out at one replica's page, allows it in Slack, and comes back to the other's."""
        begins = self.another_replica()
        self.slack.set_redirect_urls(f"{self.another_replica()}{REDIRECT}")
        return self.slack.install(team, who, f"{begins}{INSTALL}")

    def settle(self) -> None:
        self.slack.quiet()
        for bot in self.replicas:
            bot.engine.wake()
            self[OURS].wait_until(bot.engine.is_idle)
        self.slack.quiet()

    def command(self, team: str, who: str, text: str) -> str:
        self.another_replica()
        told = typed(self[team], who, text)
        self.settle()
        return told

    def starts(self, team: str, who: str, text: str) -> str:
        """Start a review; returns Slack's id of its first message."""
        before = {each["ts"] for each in self[team].messages("#deals")}
        told = self.command(team, who, text)
        new = [each for each in self[team].messages("#deals") if each["ts"] not in before and not each.get("thread_ts")]
        assert len(new) == 1, told
        return str(new[0]["ts"])

    def says(self, team: str, who: str, thread: str, text: str) -> None:
        self.another_replica()
        self[team].message(who, "#deals", text, thread)
        self.settle()

    def everything(self, team: str) -> str:
        """All that anybody in a workspace can see of the bot."""
        people = {"maya", "lena", "omar"} if team == OURS else {"nadia", "piet", "ama"}
        seen: list[Message] = []
        for who in sorted(people):
            state: Any = self[team].state(who)
            seen.append(state)
            self[team].home(who)
            self.settle()
            seen.append(self[team].home_tab(who) or {})
        return str(seen) + str(self[team].messages("#deals"))


@contextmanager
def open_street(url: str) -> Iterator[Street]:
    clock, key = Clock(), new_key()
    asked = manifest.http("http://127.0.0.1", oauth=True)
    with (
        LocalWorkspaces(asked, clock=clock, retry_delays=(0, 0.05, 0.1), ack_seconds=PATIENCE) as slack,
        ExitStack() as stay,
    ):
        settings = Settings(
            oauth=OAuth(CLIENT_ID, CLIENT_SECRET, (key,)),
            signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            database_url=url,
            burst=timedelta(0),
            pace=timedelta(0),
        )
        street = Street(slack, clock)
        for _ in range(2 if url.startswith("postgres") else 1):
            bot = create_app(settings, clock=clock.utc)
            stay.enter_context(bot.running())
            street.replicas.append(bot)
            street.addresses.append(stay.enter_context(served(http_app(bot, settings.signing_secret))))
        street.open()
        yield street


@pytest.fixture
def street(database_url: str) -> Iterator[Street]:
    """Two companies that have installed the bot and asked it into their channel for deals."""
    with open_street(database_url) as opened:
        for team, who in ((OURS, "maya"), (THEIRS, "nadia")):
            shown = opened.installs(team, who)
            assert shown.status == 200, shown.text
            opened[team].invite(who, "#deals", "dealreview")
        opened.settle()
        yield opened


def test_two_companies_review_a_deal_of_the_same_name_and_neither_hears_of_the_other(street: Street) -> None:
    ours = street.starts(OURS, "maya", "Northwind @lena")
    theirs = street.starts(THEIRS, "nadia", "Northwind @piet")
    for number, (mine, other) in enumerate(zip(ANSWERS, reversed(ANSWERS), strict=True)):
        street.says(OURS, "lena", ours, f"Heron{number}: {mine}")
        street.says(THEIRS, "piet", theirs, f"Kestrel{number}: {other}")
    street.says(OURS, "lena", ours, "stop")
    street.says(THEIRS, "piet", theirs, "stop")
    for team, who, mine, other in ((OURS, "maya", "Heron", "Kestrel"), (THEIRS, "nadia", "Kestrel", "Heron")):
        told = street.command(team, who, "show Northwind") + street.command(team, who, "list")
        seen = street.everything(team)
        assert mine in told and mine in seen
        assert other not in told and other not in seen
        names = ("Lena", "Maya") if team == THEIRS else ("Piet", "Nadia")
        assert not any(name in told + seen for name in names)
    with at_work_for(EVERYWHERE), street.replicas[0].database.transaction() as session:
        found = session.execute(select(DealRow.team, DealRow.name)).all()
    assert sorted(found) == sorted([(OURS, "Northwind"), (THEIRS, "Northwind")])


def test_a_company_that_removes_the_bot_hears_no_more_of_it_and_the_other_goes_on(street: Street) -> None:
    ours = street.starts(OURS, "maya", "Northwind @lena")
    theirs = street.starts(THEIRS, "nadia", "Harlow @piet")
    street[THEIRS].uninstall()
    street.settle()
    before = len(street[THEIRS].messages("#deals", theirs))
    street[THEIRS].message("piet", "#deals", ANSWERS[0], theirs)
    street.says(OURS, "lena", ours, ANSWERS[0])
    assert "2 of 9" in str(street[OURS].messages("#deals", ours)[-1])
    assert len(street[THEIRS].messages("#deals", theirs)) == before + 1
    assert street.installs(THEIRS, "nadia").status == 200
    street[THEIRS].invite("nadia", "#deals", "dealreview")
    street.says(THEIRS, "piet", theirs, ANSWERS[0])
    assert "2 of 9" in str(street[THEIRS].messages("#deals", theirs)[-1])


def test_a_company_that_says_no_has_no_bot(database_url: str) -> None:
    with open_street(database_url) as street:
        address = street.another_replica()
        street.slack.set_redirect_urls(f"{address}{REDIRECT}")
        shown = street.slack.install(OURS, "maya", f"{address}{INSTALL}", answer="cancel")
        assert "You said no in Slack" in shown.text
        assert not street[OURS].installed
