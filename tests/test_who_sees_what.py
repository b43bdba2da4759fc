"""The table in docs/privacy.md that says who sees what: each of its cells is tried."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from flows.rules import Crew, Rules
from sandbox.model import Channel, User
from sandbox.people import BOT_USER, PEOPLE
from storage import exports
from storage.exports import Choice
from storage.rules import keep_rules
from tests.conftest import DEALS, TEAM, Room, open_room
from tests.databases import folder, made_on
from tests.holding import CHANNEL, MAYA, PRIVATE, call_in, held, made
from tests.reading import words
from tests.test_mirrors import looks, presses
from tests.test_mirrors import turns as turns_mirror

DOCUMENT = Path(__file__).parent.parent / "docs" / "privacy.md"

COLUMNS = {
    "its owner": "lena",
    "who asked for it": "maya",
    "others who wrote in it": "omar",
    "members of the channel": "ivan",
    "other members of the workspace": "rosa",
    "guests": "gus",
    "other companies": "stella",
    "whoever runs the bot": "",
}
"""Who stands for whom. The guest and the stranger are in the channels, and wrote in the threads."""

INSIDE = ["U0MAYA", "U0LENA", "U0OMAR", "U0IVAN", "U0GUS", "U0STELLA", BOT_USER]
NEWCOMERS = (
    User("U0IVAN", "ivan", "Ivan Petrov"),
    User("U0GUS", "gus", "Gus Grant", standing="guest"),
    User("U0STELLA", "stella", "Stella Stone", standing="stranger"),
)
CHANNELS = (
    Channel("C0DEALS", "deals", "channel", INSIDE),
    Channel("G0FORECAST", "forecast", "private", INSIDE),
    Channel("C0GENERAL", "general", "channel", ["U0ROSA", "U0LENA", "U0MAYA", "U0OMAR", "U0IVAN", "U0GUS"]),
)

NAME, SECRET = "Northwind", "auditor stopped them"
QUESTION = "What discount do they need?"


def table() -> list[tuple[str, str, str]]:
    """Every cell: what, who, and what the table says of it."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## Who sees what")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    (_, *columns), _, *body = rows
    assert columns == list(COLUMNS)
    return [(what, who, cell) for what, *cells in body for who, cell in zip(columns, cells, strict=True)]


# -- what there is to be seen


def reviewed(room: Room, channel: str, is_open: bool = False, days_ago: int = 1) -> None:
    """A review of Lena's that Maya asked for, and in which everybody but Ivan and Rosa wrote."""
    scope = channel if channel == PRIVATE else ""
    review = held(room, NAME, channel=channel, scope=scope, is_open=is_open, days_ago=days_ago)
    room.settle()
    thread = next(each.thread_ts for each in room.reviews() if each.id == review.id)
    for who in ("omar", "gus", "stella"):
        room.workspace.message(who, channel, f"From {who}: Ruth agrees with that.", thread)
        room.settle()


def in_public(room: Room) -> None:
    reviewed(room, CHANNEL)


def in_private(room: Room) -> None:
    reviewed(room, PRIVATE)


def in_private_and_left(room: Room) -> None:
    reviewed(room, PRIVATE)
    for who in ("lena", "maya", "omar", "ivan", "gus", "stella"):
        room.workspace.leave(who, "#forecast")
    room.clock.passes(minutes=2)


def in_direct(room: Room) -> None:
    held(room, NAME, channel=room.workspace.dm("lena"))


def opened(room: Room) -> None:
    reviewed(room, PRIVATE, is_open=True)


def stale(room: Room) -> None:
    reviewed(room, CHANNEL, days_ago=200)
    room.command("lena", "help")
    made(room, NAME, close_date=room.clock.utc().date())
    room.clock.passes(hours=1)
    room.tick()


def before_a_call(room: Room) -> None:
    reviewed(room, PRIVATE, days_ago=60)
    for who in ("lena", "maya"):
        room.command(who, "help")
    call_in(room, 90, NAME, scope=PRIVATE)
    room.clock.passes(minutes=31)
    room.tick()


def learned(room: Room) -> None:
    thread = room.start(f"{NAME} @lena", channel="#forecast")
    thread.says("lena", f"Their {SECRET} twice.")
    thread.says("lena", "stop")
    thread.fixes("lena", "Their auditor", "us")


def settled(room: Room) -> None:
    with room.bot.database.transaction() as session:
        keep_rules(session, TEAM, Rules().with_crew(Crew(0, SECRET)))


def asked(room: Room) -> None:
    turns_mirror(room, on=True, who="maya")
    thread = room.start(f"{NAME} @lena")
    for who in ("maya", "omar"):
        thread.says(who, f"{QUESTION} When do we close?")


# -- where somebody looks


def shows(room: Room, who: str, private: bool = False) -> bool:
    return SECRET in room.command(who, f"show {NAME}", place_of(room, who, "#forecast" if private else DEALS))


def place_of(room: Room, who: str, wanted: str) -> str:
    """Where somebody asks: in that channel, if they are in it, else where they are."""
    state = room.workspace.state(who)
    there = [each for each in state["channels"] if state["me"]["id"] in each["members"] and each["kind"] != "im"]
    names = [f"#{each['name']}" for each in there]
    return wanted if wanted in names else names[0] if names else room.workspace.dm(who)


def shows_privately(room: Room, who: str) -> bool:
    return shows(room, who, private=True)


def shows_directly(room: Room, who: str) -> bool:
    return SECRET in room.command(who, f"show {NAME}", room.workspace.dm(who))


def has_at_home(room: Room, who: str) -> bool:
    """In App Home, and in the list that is asked for in another channel than the review's; one as the other."""
    room.workspace.home(who)
    room.settle()
    home = NAME in str(room.workspace.home_tab(who))
    elsewhere = place_of(room, who, DEALS)
    assert (NAME in room.command(who, "list", elsewhere)) is home
    return home


def was_told(room: Room, who: str) -> bool:
    messages = room.workspace.messages(room.workspace.dm(who))
    return any(NAME in words(each) for each in messages if each.get("bot_id"))


def sees_lesson(room: Room, who: str) -> bool:
    return SECRET in room.command(who, "lens", place_of(room, who, "#forecast"))


def sees_settings(room: Room, who: str) -> bool | str:
    """As a member of the workspace like others, and then as its admin; guests and strangers never become that."""
    standing = next(each.standing for each in (*PEOPLE, *NEWCOMERS) if each.name == who)
    if standing in ("guest", "stranger"):
        return form_of_settings(room, who)
    room.workspace.become(who, "member")
    room.clock.passes(minutes=11)
    seen = form_of_settings(room, who)
    room.workspace.become(who, "admin")
    room.clock.passes(minutes=11)
    return seen or ("if an admin" if form_of_settings(room, who) else False)


def form_of_settings(room: Room, who: str) -> bool:
    told = room.command(who, "settings", place_of(room, who, DEALS))
    form = room.workspace.modal(who)
    if form:
        room.workspace.close(who, form["id"])
    return SECRET in told + str(form)


def looks_in_the_mirror(room: Room, who: str) -> bool | str:
    """Maya presses the button in her App Home; the others make one up, with her id."""
    if who == "maya":
        return "their own" if QUESTION in words(looks(room, who)) else False
    opened, before = len(room.workspace.calls("views.open")), len(room.workspace.messages(room.workspace.dm(who)))
    presses(room, next(each.id for each in (*PEOPLE, *NEWCOMERS) if each.name == who), MAYA)
    assert len(room.workspace.calls("views.open")) == opened
    return any(QUESTION in words(each) for each in room.workspace.messages(room.workspace.dm(who))[before:])


def exported(room: Room) -> str:
    """What an export holds, without and with what is private."""
    for private, cell in ((False, "yes"), (True, "with `--private`")):
        if SECRET in str(list(exports.export(room.bot.database, Choice(TEAM, private=private)))):
            return cell
    return "no"


def counted(room: Room) -> str:
    """What the counts name."""
    settings = {**os.environ, "DATABASE_URL": room.settings.database_url}
    told = CliRunner().invoke(main, ["stats"], env=settings)
    assert told.exit_code == 0, told.output
    return "yes" if NAME in told.output or SECRET in told.output or QUESTION in told.output else "no"


Looks = Callable[[Room, str], bool | str]
ROWS: dict[str, tuple[Callable[[Room], None], Looks, Callable[[Room], str]]] = {
    "a review of a public channel, with `/dealreview show`": (in_public, shows, exported),
    "a review of a private channel, with `/dealreview show`": (in_private, shows_privately, exported),
    "the same, when they have left that channel": (in_private_and_left, shows_privately, exported),
    "a review in direct messages, with `/dealreview show`": (in_direct, shows_directly, exported),
    "an open review in App Home and `/dealreview list`": (opened, has_at_home, counted),
    "the nudge about a deal": (stale, was_told, counted),
    "the digest of a forecast call": (before_a_call, was_told, counted),
    "what the lens learned from a line, with `/dealreview lens`": (learned, sees_lesson, counted),
    "the settings of the workspace, with `/dealreview settings`": (settled, sees_settings, counted),
    "what somebody asked in others' reviews": (asked, looks_in_the_mirror, counted),
}


@pytest.fixture(scope="module")
def rooms(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Room]]:
    """The room of a row, in which it has happened: looking changes nothing, so its cells share it."""

    kept: dict[str, Room] = {}
    with ExitStack() as stay:

        def room_of(what: str) -> Room:
            if what not in kept:
                stay.pop_all().close()  # one at a time
                kept.clear()
                if request.config.getoption("--on") == "postgres":
                    names = [request.getfixturevalue(f"postgres_{each}") for each in ("server", "template")]
                    url = stay.enter_context(made_on(*names))
                else:
                    url = f"sqlite:///{stay.enter_context(folder())}/dealreview.db"
                kept[what] = stay.enter_context(open_room(url, people=(*PEOPLE, *NEWCOMERS), channels=CHANNELS))
                ROWS[what][0](kept[what])
            return kept[what]

        yield room_of


@pytest.mark.parametrize(("what", "who", "says"), table())
def test_the_table_says_what_is_so(rooms: Callable[[str], Room], what: str, who: str, says: str) -> None:
    _, sees, operator = ROWS[what]
    room, person = rooms(what), COLUMNS[who]
    if says == "–":  # in direct messages there is nobody else
        assert what.startswith("a review in direct messages")
        assert who in ("others who wrote in it", "members of the channel")
        return
    seen = sees(room, person) if person else operator(room)
    assert {True: "yes", False: "no"}.get(seen, seen) == says  # type: ignore[call-overload]


def test_the_table_has_every_row_that_is_tried_and_no_other() -> None:
    assert {what for what, _, _ in table()} == set(ROWS)
    assert re.search(r"^## Who sees what$", DOCUMENT.read_text(encoding="utf-8"), re.M)
