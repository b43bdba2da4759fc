"""Two workspaces in one database: with the other's ids nothing of theirs is shown, changed, or answered differently.

The other workspace is as near as can be: its people, channels and threads have the very ids of ours.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse
from sqlalchemy import select, update

import bot.listeners
from bot.commands import SUBCOMMANDS
from flows.calls import Choice, Schedule
from flows.lens import Label
from flows.nudging import Plan
from flows.playbook import STANDARD
from flows.rules import Crew, Rules
from storage import exports
from storage.imports import Dropped, Imports, State
from storage.models import Base
from storage.nudges import Nudges
from storage.playbooks import Draft, Playbooks
from storage.reminders import Reminders
from storage.rules import keep_rules
from storage.schedules import Schedules
from storage.tenancy import EVERYWHERE, at_work_for
from tests.conftest import DEALS, TEAM, Room
from tests.holding import CHANNEL, LENA, MAYA, OMAR, call_in, held
from tests.reading import words
from tests.sayings import ANSWERS

OTHER = "T0OTHER"
SECRETS = ("Umbrella", "Vehicle", "spreadsheets", "auditor stopped them", "pay 90k", "pipeline-of-theirs")
"""Names and words that only the other workspace has."""

OF_WORKSPACES = [table for table in Base.metadata.sorted_tables if "team" in table.c]

Json = dict[str, Any]


@dataclass(frozen=True)
class Ids:
    """What the buttons and forms of a workspace carry; `nobodys` are ids that do not exist at all."""

    deal: int
    review: int
    over: int
    call: int
    nudge: int
    reminder: int
    schedule: int
    lesson: int
    file: int
    crew: int
    playbook: str
    reply: str
    thread: str
    slot: str
    name: str


NOBODYS = Ids(
    *range(990_000, 990_010),
    playbook="nobodys",
    reply="1700000000.000100",
    thread="1700000000.000200",
    slot="digest:990099:U0LENA",
    name="Nowhere",
)


@dataclass
class Neighbours:
    """Our room, and what another workspace has in the same database."""

    room: Room
    theirs: Ids

    def dump(self) -> dict[str, list[str]]:
        """Every row that is the other workspace's, by its table."""
        with at_work_for(OTHER), self.room.bot.database.transaction() as session:
            return {table.name: sorted(map(str, session.execute(select(table)))) for table in OF_WORKSPACES}


@pytest.fixture
def both(room: Room) -> Neighbours:
    """Everything that a workspace can have, made in ours, which then becomes another's."""
    thread = room.start("Umbrella @lena")
    replies = thread.answers("lena", *ANSWERS[:3])
    held(room, "Vehicle", days_ago=200, of_us=("our_help",))
    held(room, "Vehicle", days_ago=1, of_us=("our_help",))
    over = max(review.id for review in room.reviews())
    room.command("lena", "digest")
    call = call_in(room, 120, "Umbrella", "Vehicle", digest=119)
    room.clock.passes(minutes=2)
    room.tick()
    room.workspace.send_file("lena", room.workspace.dm("lena"), "pipeline-of-theirs.csv", b"Deal name\nVehicle\n")
    room.settle()
    now, review = room.clock.utc(), thread.review
    with room.bot.database.transaction() as session:
        nudge = Nudges(session, TEAM).add(LENA, Plan(now.date(), ()), room.workspace.dm("lena"), now)
        reminder = Reminders(session, TEAM).add(call, LENA, 1, room.workspace.dm("lena"), now)
        schedule = Schedules(session, TEAM).add(_schedule(now))
        file = Imports(session).add(
            Dropped(0, TEAM, LENA, "D0LENA", "1.1", "F1", "pipeline-of-theirs.csv", "", now, State.OFFERED)
        )
        assert file
        pilot = Playbooks(session, TEAM).save(replace(STANDARD, key="pilot", name="Pilot of Umbrella"), LENA, now)
        Playbooks(session, TEAM).keep(Draft(LENA, pilot, 1))
        line = next(iter(review.find(replies[0])[1].lines()))  # type: ignore[index]
        lesson = Base.metadata.tables["correction"]
        session.execute(
            lesson.insert().values(
                team=TEAM, review_id=review.id, message_ts=replies[0], line=line.text, label=Label.CUSTOMER,
                read_as=Label.US, person=LENA, at=now,
            )
        )  # fmt: skip
        keep = Rules(managers=(OMAR,), channels=("C0ELSEWHERE",), nudges=False).with_crew(Crew(0, "Vehicle makers"))
        keep_rules(session, TEAM, keep)
        lessons = session.scalars(select(lesson.c.id)).all()
    with at_work_for(EVERYWHERE), room.bot.database.transaction() as session:
        for table in OF_WORKSPACES:
            session.execute(update(table).values(team=OTHER))
    theirs = Ids(
        deal=review.deal.id,
        review=review.id,
        over=over,
        call=call.id,
        nudge=nudge.id,
        reminder=reminder.id,
        schedule=schedule.id,
        lesson=lessons[-1],
        file=file.id,
        crew=keep.crews[0].id,
        playbook="pilot",
        reply=replies[0],
        thread=thread.ts,
        slot=f"digest:{call.id}:{LENA}",
        name="Umbrella",
    )
    room.start("Ours @lena")
    room.settle()
    return Neighbours(room, theirs)


def _schedule(now: datetime) -> Schedule:
    day = now.date() + timedelta(days=60)
    return Schedule(0, TEAM, LENA, CHANNEL, day, 1, time(10), "Europe/Berlin", "", Choice((LENA,)), False, now)


# -- what is asked, and what comes of it


@dataclass(frozen=True)
class Outcome:
    """What the bot answered, and what it did in Slack: its words, and to whom."""

    status: int
    body: str
    did: tuple[str, ...]


@dataclass
class Door:
    """Requests as Slack sends them, with whatever ids, by the bot's own door."""

    room: Room

    def ask(self, bodies: list[Json]) -> list[Outcome]:
        return [self._ask(body) for body in bodies]

    def _ask(self, body: Json) -> Outcome:
        before = len(self.room.workspace.traffic("from_bot"))
        answer: BoltResponse = self.room.bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
        self.room.settle()
        did = [
            f"{entry['kind']} {entry['body'].get('channel') or entry['body'].get('user_id')}: {_said(entry['body'])}"
            for entry in self.room.workspace.traffic("from_bot")[before:]
            if entry["kind"].startswith(("chat.", "views.", "reactions.", "files."))
        ]
        return Outcome(answer.status, answer.body or "", tuple(did))


def _said(arguments: Json) -> str:
    shown = arguments.get("view") or arguments
    shown = json.loads(shown) if isinstance(shown, str) else dict(shown)
    blocks = shown.get("blocks") or []
    return words({**shown, "blocks": json.loads(blocks) if isinstance(blocks, str) else blocks})


_numbers = itertools.count(1)


def acted(**rest: Any) -> Json:
    number = next(_numbers)
    return {
        "api_app_id": "A0APP", "token": "local", "team": {"id": TEAM}, "user": {"id": LENA, "team_id": TEAM},
        "trigger_id": f"{number}.1.x", **rest,
    }  # fmt: skip


def pressed(action_id: str, value: str = "", block_id: str = "b", **more: Any) -> Json:
    """A button on a message in the channel that both workspaces call the same."""
    at = f"{1_795_520_000 + next(_numbers)}.000100"
    action = {"type": "button", "action_id": action_id, "block_id": block_id, "value": value, "action_ts": at, **more}
    place = {"type": "message", "channel_id": CHANNEL, "message_ts": "1795510800.000900"}
    message = {"ts": "1795510800.000900"}
    return acted(
        type="block_actions", channel={"id": CHANNEL}, container=place, message=message, actions=[action]
    )  # fmt: skip


def view(callback: str, metadata: object, **filled: str) -> Json:
    state = {name: {"value": _input(name, value)} for name, value in filled.items()}
    number = next(_numbers)
    return {
        "id": f"V{number}", "hash": f"h{number}", "type": "modal", "callback_id": callback, "team_id": TEAM,
        "private_metadata": str(metadata), "blocks": [], "state": {"values": state},
    }  # fmt: skip


def _input(name: str, value: str) -> Json:
    kinds = {
        "day": "selected_date",
        "due": "selected_date",
        "time": "selected_time",
        "channel": "selected_conversation",
    }
    if name in ("owners",):
        return {"selected_users": value.split(",")}
    if name in ("deals",):
        return {"selected_options": [{"value": value}]}
    if name in kinds:
        return {kinds[name]: value}
    return {"selected_option": {"value": value}, "value": value}


def submitted(callback: str, metadata: object, **filled: str) -> Json:
    return acted(type="view_submission", view=view(callback, metadata, **filled))


def by_an_admin(body: Json) -> Json:
    """The same of Maya, who is an admin of both workspaces."""
    return {**body, "user": {**body["user"], "id": MAYA}}


def happened(event: Json) -> Json:
    number = next(_numbers)
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0APP", "event_id": f"Ev{number}", "event_time": 1,
        "is_ext_shared_channel": False, "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
        "event": {"event_ts": f"{1_795_530_000 + number}.000100", **event},
    }  # fmt: skip


def said(ids: Ids, **more: Any) -> Json:
    ts = f"{1_795_530_000 + next(_numbers)}.000100"
    return {
        "type": "message", "channel": CHANNEL, "channel_type": "channel", "user": LENA, "text": "They told us no.",
        "ts": ts, "thread_ts": ids.thread, **more,
    }  # fmt: skip


BATCH = {
    "channel": CHANNEL,
    "period": "any",
    "day": "2026-11-26",
    "time": "10:00",
    "zone": "Europe/Berlin",
    "where": "thread",
    "digest": "60",
}
TOMORROW = "2026-11-25"


def buttons(*action_ids: str, value: Callable[[Ids], str]) -> Callable[[Ids], list[Json]]:
    return lambda ids: [pressed(action_id, value(ids)) for action_id in action_ids]


CASES: dict[str, Callable[[Ids], list[Json]]] = {
    "action ^word:": lambda ids: [
        pressed(f"word:{word}", f"{ids.review}:1") for word in ("skip", "back", "pause", "stop", "not_known")
    ],
    "action ^source:": lambda ids: [pressed("source:they_told_us", f"{ids.review}:why_change:2")],
    "action ^day:": lambda ids: [
        pressed(f"day:{what}:{ids.review}:why_change:2", selected_date=TOMORROW) for what in ("heard_on", "due")
    ],
    "action doubt": buttons("doubt", value=lambda ids: f"{ids.review}:why_change"),
    "action ^answers:": buttons("answers:people", value=lambda ids: f"{ids.review}:{ids.reply}"),
    "action share": buttons("share", value=lambda ids: str(ids.over)),
    "action fix_line": buttons("fix_line", value=lambda ids: str(ids.over)),
    "action line": lambda ids: [
        acted(
            type="block_actions",
            container={"type": "view", "view_id": "V1"},
            view=view("fix_line", ids.review, line=f"{ids.reply}:0"),
            actions=[
                {
                    "type": "static_select",
                    "action_id": "value",
                    "block_id": "line",
                    "action_ts": "1795540000.000100",
                    "selected_option": {"value": f"{ids.reply}:0"},
                }
            ],
        )
    ],
    "action forget": buttons("forget", value=lambda ids: str(ids.lesson)),
    "action history": buttons("history", value=lambda ids: str(ids.over)),
    "action details": buttons("details", value=lambda ids: str(ids.review)),
    "action moved": buttons("moved", value=lambda ids: str(ids.over)),
    "action batch:rest": buttons("batch:rest", value=lambda ids: str(ids.call)),
    "action batch:call": buttons("batch:call", value=lambda ids: str(ids.call)),
    "action ^digest:page": buttons("digest:page:next", value=lambda ids: f"{ids.slot}|1"),
    "action digest:fold": buttons("digest:fold", value=lambda ids: ids.slot),
    "action digest:clear": buttons("digest:clear", value=lambda ids: f"{ids.slot}|1"),
    "action digest:take": buttons("digest:take", value=lambda ids: f"{ids.slot}|{ids.over}|{ids.reply}:0"),
    "action ^digest:ask:\\d+$": buttons("digest:ask:1", value=lambda ids: f"{ids.slot}|{MAYA}"),
    "action digest:ahead": buttons("digest:ahead", value=lambda ids: ids.slot),
    "action digest:time": buttons("digest:time", value=lambda ids: ids.slot),
    **{
        f"action import:{word}": buttons(f"import:{word}", value=lambda ids: str(ids.file))
        for word in ("go", "drop", "eu", "us")
    },
    **{
        f"action nudge:{word}": buttons(f"nudge:{word}", value=lambda ids: str(ids.nudge))
        for word in ("now", "tomorrow", "heard", "waits", "stop")
    },
    **{
        f"action reminder:{word}": buttons(f"reminder:{word}", value=lambda ids: str(ids.reminder))
        for word in ("hour", "tomorrow")
    },
    **{
        f"action schedule:{word}": buttons(f"schedule:{word}", value=lambda ids: str(ids.schedule))
        for word in ("change", "pause", "resume", "remove")
    },
    "action ^rules:crew:\\d+$": lambda ids: [by_an_admin(pressed(f"rules:crew:{ids.crew}", str(ids.crew)))],
    "view crew": lambda ids: [
        by_an_admin(submitted("crew", f"{ids.crew}:", name="Ours", managers=LENA, playbook=ids.playbook, remove="")),
        submitted("crew", f"{ids.crew}:", name="Ours", managers=LENA, playbook=ids.playbook, remove=""),
        by_an_admin(submitted("crew", f"{ids.crew}:", name="Ours", managers=LENA, playbook=ids.playbook, remove="yes")),
    ],
    **{
        f"action playbook:{word}": buttons(f"playbook:{word}", value=lambda ids: f"{ids.playbook}:1")
        for word in ("add", "try", "save", "anyway", "mine", "theirs", "leave", "usual", "export", "copy")
    },
    "action ^playbook:(up|down):": buttons("playbook:up:people", value=lambda ids: f"{ids.playbook}:1"),
    "action ^playbook:(on|off):": buttons("playbook:off:people", value=lambda ids: f"{ids.playbook}:1"),
    "action ^playbook:reword:": buttons("playbook:reword:people", value=lambda ids: f"{ids.playbook}:1"),
    "view new_playbook": lambda ids: [submitted("new_playbook", f"{ids.playbook}:1", name="x")],
    "view question": lambda ids: [
        submitted("question", f"{ids.playbook}:1:{question}", label="x", ask="x?") for question in ("people", "")
    ],
    "view details": lambda ids: [
        submitted("details", ids.review, stage="deciding", their_date_source="x", period="Q1", amount="1")
    ],
    "view fix_line": lambda ids: [submitted("fix_line", ids.review, line=f"{ids.reply}:0", label="customer")],
    "view close_deal": lambda ids: [submitted("close_deal", ids.deal, ending="lost")],
    "view delete_deal": lambda ids: [submitted("delete_deal", ids.deal)],
    "view digest_time": lambda ids: [submitted("digest_time", ids.call, minutes="30")],
    "view nudge_heard": lambda ids: [submitted("nudge_heard", ids.nudge, item=f"{ids.deal}:people", day="2026-11-23")],
    "view nudge_waits": lambda ids: [submitted("nudge_waits", ids.nudge, deal=str(ids.deal), day=TOMORROW, reason="x")],
    "view nudge_stop": lambda ids: [submitted("nudge_stop", ids.nudge, deal=str(ids.deal))],
    "view batch": lambda ids: [submitted("batch", CHANNEL, deals=str(ids.deal), **BATCH)],
    "view schedule": lambda ids: [
        submitted(
            "schedule",
            f"{ids.schedule}:{CHANNEL}",
            owners=LENA,
            every="1",
            country="-",
            ahead="1",
            **{**BATCH, "day": "2026-12-10"},
        )
    ],
    "view start_review": lambda ids: [submitted("start_review", "", name=ids.name, channel=CHANNEL, owner="")],
    "options value": lambda ids: [
        acted(
            type="block_suggestion",
            action_id="value",
            block_id="deals",
            value=ids.name[:4],
            container={"type": "view", "view_id": "V1"},
            view=view("batch", CHANNEL, channel=CHANNEL),
        )
    ],
    "event message": lambda ids: [
        happened(said(ids)),
        happened(said(ids, text="skip")),
        happened(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": CHANNEL,
                "ts": "1795530000.000300",
                "message": {**said(ids, text="They left."), "ts": ids.reply, "edited": {"ts": "1795530000.000300"}},
            }
        ),
        happened(
            {
                "type": "message",
                "subtype": "message_deleted",
                "channel": CHANNEL,
                "ts": "1795530000.000400",
                "previous_message": {**said(ids), "ts": ids.reply},
                "deleted_ts": ids.reply,
            }
        ),
        happened({**said(ids, text=f"what of {ids.name}?", channel="D0LENA", channel_type="im"), "thread_ts": None}),
        happened(
            said(
                ids,
                subtype="file_share",
                files=[{"id": "F1", "name": "a.csv", "size": 1}],
                text="",
            )
        ),
    ],
    "event app_mention": lambda ids: [
        happened({**said(ids, text=f"<@U0BOT> show {ids.name}"), "type": "app_mention"}),
        happened({**said(ids, text="<@U0BOT> list"), "type": "app_mention"}),
    ],
}
"""What each listener is asked that takes an id or a name, with such an id. Those of `WITHOUT_IDS` take none."""

WITHOUT_IDS = {
    "action start",
    "action ",
    "action home:only",
    "action ^home:(mine|team):(next|back)$",
    "action home:settings",
    "action mirror:now",
    "action rules:all",
    "view rules",
    "shortcut start_review",
    "view settings",
    "view forget_me",
    "event app_home_opened",
    "event channel_shared",
    "event channel_unshared",
    "event member_joined_channel",
    "event app_uninstalled",
    "event tokens_revoked",
    "command /dealreview",
}

TYPED: dict[str, tuple[str, ...]] = {
    "help": ("help",),
    "list": ("list",),
    "show": ("show {name}",),
    "full": ("full {name} @lena", "{name} @lena", "{name}"),
    "ask": ("ask {name}",),
    "close": ("close {name}",),
    "reopen": ("reopen {name}",),
    "delete": ("delete {name}",),
    "handover": ("handover <@U0LENA> <@U0OMAR>",),
    "batch": ("batch <@U0LENA> by Fri 10:00", "batch in Q4 by Fri 10:00"),
    "schedule": ("schedule list",),
    "digest": ("digest",),
    "lens": ("lens",),
    "playbook": ("playbook pilot of {name}", "playbook"),
    "my": ("my data",),
    "settings": ("settings",),
    "forget": ("forget me",),
}


class Anything:
    """Stands in for whatever a listener is given, as long as it is not called."""

    def __getattr__(self, name: str) -> Anything:
        return self


class Noticing:
    """Stands in for Bolt, and notes what is listened to."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def register(to: Any = None, *rest: Any, **more: Any) -> Callable[[Any], Any]:
            if not callable(to):
                name = to["block_id"] if isinstance(to, dict) else to.pattern if isinstance(to, re.Pattern) else to
                self.heard.add(f"{kind} {name}")
            return lambda listener: listener

        return register


def listened_to() -> set[str]:
    """Everything that some listener is for: `kind name`."""
    bolt = Noticing()
    for found in pkgutil.iter_modules(bot.listeners.__path__):
        register = importlib.import_module(f"bot.listeners.{found.name}").register
        register(bolt, *[Anything()] * (len(inspect.signature(register).parameters) - 1))
    return bolt.heard


def as_anybodys(text: str, ids: Ids) -> str:
    """A text without the deal's name, and without when its message was posted."""
    named = text.replace(ids.name, "«name»").replace(ids.name[:4], "«nam»")
    return re.sub(r"/p\d{16}\b", "/p«ts»", named)


def neutral(outcomes: list[Outcome], ids: Ids) -> list[Outcome]:
    return [
        replace(each, body=as_anybodys(each.body, ids), did=tuple(as_anybodys(one, ids) for one in each.did))
        for each in outcomes
    ]


def secrets_in(outcomes: list[Outcome], ids: Ids) -> list[str]:
    """What only they can know, as far as it was not asked for by its name."""
    shown = str(outcomes)
    return [secret for secret in SECRETS if secret in shown and secret != ids.name]


def test_there_is_a_case_for_everything_that_is_listened_to() -> None:
    assert listened_to() == CASES.keys() | WITHOUT_IDS
    assert TYPED.keys() == set(SUBCOMMANDS)


def parts(cases: Iterable[str], many: int) -> list[Any]:
    """The cases in some parts, each of which needs a room."""
    names = sorted(cases)
    return [pytest.param(names[part::many], id=f"part {part + 1}") for part in range(many)]


@pytest.mark.parametrize("names", parts(CASES, 3))
def test_with_their_ids_it_is_as_if_there_were_nothing(both: Neighbours, names: list[str]) -> None:
    before, door = both.dump(), Door(both.room)
    assert all(before[name] for name in ("deal", "review", "reply", "turn", "knowledge", "call", "entry", "schedule"))
    for name in names:
        theirs, nobodys = door.ask(CASES[name](both.theirs)), door.ask(CASES[name](NOBODYS))
        assert neutral(theirs, both.theirs) == neutral(nobodys, NOBODYS), name
        assert secrets_in(theirs, both.theirs) == [], name
        assert not [each for each in (*theirs, *nobodys) if "my fault" in str(each)], name  # it was understood
        assert both.dump() == before, name


@pytest.mark.parametrize("names", parts(SUBCOMMANDS, 3))
def test_no_command_knows_their_deals(both: Neighbours, names: list[str]) -> None:
    before = both.dump()
    for command in sorted(names, key="full".__eq__):  # it makes a deal of that name in ours
        theirs, nobodys = told(both.room, command, both.theirs), told(both.room, command, NOBODYS)
        assert theirs == nobodys
        assert not [secret for secret in SECRETS if secret in str(theirs) and secret != both.theirs.name]
        assert both.dump() == before


def told(room: Room, command: str, ids: Ids) -> list[str]:
    """What a command is answered, or the form that it opens."""
    found = []
    for text in TYPED[command]:
        answer = room.command("lena", text.format(name=ids.name))
        if form := room.workspace.modal("lena"):
            room.workspace.close("lena", form["id"])
        found.append(as_anybodys(answer + words(form or {}), ids))
        if command == "full":
            stop_all(room)
    return found


def stop_all(room: Room) -> None:
    """So that the next one can begin as the one before."""
    for review in reviews_of_ours(room):
        room.workspace.message("lena", CHANNEL, "stop", review)
        room.settle()


def reviews_of_ours(room: Room) -> list[str]:
    parents = [each for each in room.workspace.messages(DEALS) if each.get("bot_id") and not each.get("thread_ts")]
    return [each["ts"] for each in parents if "«" not in each["text"]]


def test_home_and_direct_messages_are_ours_alone(both: Neighbours) -> None:
    room, before = both.room, both.dump()
    for who in ("lena", "maya"):
        said_before = len(room.workspace.messages(room.workspace.dm(who)))
        room.workspace.home(who)
        room.workspace.message(who, room.workspace.dm(who), "show Umbrella")
        room.settle()
        shown = str(room.workspace.home_tab(who)) + str(room.workspace.messages(room.workspace.dm(who))[said_before:])
        assert not [secret for secret in SECRETS if secret in shown and "show " + secret not in shown]
    assert both.dump() == before


def test_what_one_forgets_in_ours_stays_theirs(both: Neighbours) -> None:
    """Lena is the same person in both, as far as Slack's ids tell."""
    room, before = both.room, both.dump()
    room.command("lena", "my data")
    data = str(room.workspace.messages(room.workspace.dm("lena"))[-3:])
    assert not [secret for secret in SECRETS if secret in data.split("pipeline-of-theirs")[-1]]
    room.command("lena", "forget me")
    assert room.workspace.submit("lena", room.form("lena")["id"]) == {}
    room.settle()
    room.clock.passes(days=1)
    room.tick()
    assert both.dump() == before


def test_an_export_has_the_one_workspace_it_is_asked_for(both: Neighbours) -> None:
    database = both.room.bot.database
    ours = list(exports.export(database, exports.Choice(TEAM, private=True)))
    assert [each.deal.name for each in ours] == ["Ours"]
    with at_work_for(OTHER):
        assert {each.deal.team for each in exports.export(database, exports.Choice(OTHER, private=True))} == {OTHER}


@pytest.mark.parametrize("kind", ["command", "event", "action", "view"])
def test_a_request_of_a_workspace_we_are_not_in_gets_nowhere(both: Neighbours, kind: str) -> None:
    room, before = both.room, both.dump()
    calls = len(room.workspace.traffic("from_bot"))
    bodies: dict[str, Json] = {
        "command": {
            "command": "/dealreview", "text": "list", "team_id": OTHER, "user_id": LENA, "channel_id": CHANNEL,
            "trigger_id": "1.1.x",
        },
        "event": {**happened(said(both.theirs)), "team_id": OTHER, "authorizations": [{"team_id": OTHER}]},
        "action": {**pressed("word:stop", f"{both.theirs.review}:1"), "team": {"id": OTHER}},
        "view": {**submitted("close_deal", both.theirs.deal, ending="lost"), "team": {"id": OTHER}},
    }  # fmt: skip
    bodies["action"]["user"] = bodies["view"]["user"] = {"id": LENA, "team_id": OTHER}
    answer = room.bot.bolt.dispatch(BoltRequest(body=bodies[kind], mode="socket_mode"))
    room.settle()
    assert not [secret for secret in SECRETS if secret in str(answer.body)]
    assert len(room.workspace.traffic("from_bot")) == calls
    assert both.dump() == before
