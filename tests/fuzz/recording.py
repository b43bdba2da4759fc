"""What Slack sends to the bot: recorded while people use everything they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from bot.forms import VALUE
from sandbox.inputs import elements_of, options_of
from sandbox.refusals import Refusal
from tests.conftest import DEALS, Room
from tests.sayings import ANSWERS

MARK = "Quendelwurz"
"""Stands in everything that is typed here, so that people's words are known wherever they turn up."""
PEOPLE = ("maya", "lena", "omar")
PIPELINE = f"Deal,Owner Email,Stage,Close Date\n{MARK} Harbour,lena@example.com,Proposal,02/03/2027\n"
COMMANDS = (
    "help", "list", "lens", "", "digest", "batch", "schedule", "schedule list",
    f"show {MARK}", f"ask {MARK}", f"close {MARK}", f"reopen {MARK}", f"full {MARK}", "handover @omar @omar",
    "batch @lena @omar by Thu 10:00", "schedule @lena @omar every Thu 10:00", f"status {MARK}",
    "playbook",
)  # fmt: skip


RARE = {
    "doubt": "1:people", "answers:people": "1:1.000001", "forget": "1", "batch:rest": "1", "import:eu": "1",
    "import:us": "1", "import:drop": "1", "home:mine:next": "1", "digest:page:next": "x|1", "digest:fold": "x",
    "digest:take": "x|1|people", "mirror:now": "1", "reminder:tomorrow": "1", "reminder:hour": "1", "nudge:now": "1",
    "nudge:tomorrow": "1", "nudge:heard": "1", "nudge:waits": "1", "nudge:stop": "1", "schedule:remove": "1",
    "batch:call": "1", "word:stop": "1:1",
    "digest:clear": "x|1", "digest:ask:1": "x|U0LENA", "share": "1", "fix_line": "1", "digest:ahead": "x",
    "digest:time": "x", "schedule:pause": "1",
    "schedule:resume": "1", "rules:all": "1", "rules:crew:0": "0",
    **{f"playbook:{word}:people": "standard:1" for word in ("up", "off", "reword")},
    **{f"playbook:{word}": "standard:1" for word in ("add", "try", "export", "copy")},
    **{f"playbook:{word}": "standard:1" for word in ("save", "anyway", "mine", "theirs", "leave", "usual")},
}  # fmt: skip
"""Buttons that need a particular occasion to be shown, and what they carry."""


RARE_FORMS = {
    "settings": ("all:0:0", {"begins": "09:00", "ends": "17:00", "workdays": "0,1", "nudges": "on"}),
    "fix_line": ("1", {"line": "1.000001:0", "label": "us"}),
    "digest_time": ("1", {"minutes": "60"}),
    "nudge_heard": ("1", {"item": "1:people", "day": "2026-11-24"}),
    "nudge_waits": ("1", {"deal": "1", "day": "2026-12-24", "reason": MARK}),
    "nudge_stop": ("1", {"deal": "1"}),
    "forget_me": ("", {}),
    "delete_deal": ("1", {}),
    "rules": ("", {"begins": "09:00", "ends": "17:00", "workdays": "0,1", "nudges": "on", "kept": "0"}),
    "crew": ("0:", {"name": MARK, "managers": "U0LENA", "members": "U0OMAR", "playbook": "renewal"}),
    "close_deal": ("1", {"ending": "lost"}),
    "new_playbook": ("standard:1", {"name": MARK}),
    "question": ("standard:1:people", {"label": MARK, "ask": MARK, "angles": MARK, "pace": "quickly"}),
}
"""Forms that such a button opens: what each carries, and what may be filled in."""

FOR_LATER = frozenset(
    {"batch:call", "batch:rest", "schedule:remove", "import:drop", "forget", "word:stop", "rules:all"}
)
"""What would end, or turn off, that of which more is to be seen."""


@dataclass(frozen=True)
class Recorded:
    """One request of Slack's: `kind` is `events_api`, `slash_commands` or `interactive`."""

    kind: str
    body: dict[str, Any]

    @property
    def key(self) -> str:
        """What it is about, so that of a thousand presses of one button a few are enough."""
        body = self.body
        event = body.get("event") or {}
        about = [self.kind, body.get("type"), event.get("type"), event.get("subtype"), event.get("channel_type")]
        about += [(body.get("view") or {}).get("callback_id"), body.get("callback_id"), body.get("block_id")]
        about += [body.get("text", "").partition(" ")[0]] if self.kind == "slash_commands" else []
        about += [each.get("action_id") for each in body.get("actions") or ()]
        return " ".join(str(each) for each in about if each)


class Recorder:
    """Takes down what Slack sends, each kind once, while people do everything that can be done in a room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._found: dict[str, Recorded] = {}
        self._used: set[str] = set()

    def record(self, weeks: bool = True) -> list[Recorded]:
        """All that was sent; without the `weeks` in which things come by themselves, it takes half the time."""
        self.live_through_reviews()
        self.drop_a_file()
        for text in COMMANDS:
            self.command(text)
        self.use_everything("maya")
        for hours in (
            (1, 24, 23, 24 * 7 * 8, 1, 24) if weeks else ()
        ):  # a digest, a reminder, a nudge: each comes in its own time
            self.room.clock.passes(hours=hours)
            self.room.tick()
            for who in PEOPLE:
                self.use_everything(who)
        return [*self._found.values(), *self._without_occasion(), *self._forms_without_occasion()]

    def take_down(self) -> None:
        for entry in self.room.workspace.traffic("to_bot"):
            recorded = Recorded(entry["kind"], entry["body"])
            self._found.setdefault(recorded.key, recorded)

    def command(self, text: str) -> None:
        with suppress(Refusal):
            self.room.command("maya", text)
        self.take_down()
        self.submit_all("maya")

    def live_through_reviews(self) -> None:
        """A review that is told to its end, another that is under way, and all that may happen to a message."""
        workspace = self.room.workspace
        thread = self.room.start(f"{MARK} @lena")
        thread.answers("lena", f"{ANSWERS[0]} {MARK}", *ANSWERS[1:])
        other = self.room.start(f'"{MARK} Foods" @lena')
        first = other.says("lena", f"{ANSWERS[0]} {MARK}")
        self.take_down()
        other.edits("lena", first, f"{ANSWERS[1]} {MARK}")
        other.deletes("omar", other.says("omar", f"{ANSWERS[2]} {MARK}"))
        other.says("lena", f"{ANSWERS[3]} {MARK}", broadcast=True)
        other.says("lena", f"{MARK}", files=[{"name": f"{MARK}.pdf"}])
        workspace.unfurl(DEALS, first)
        workspace.message("maya", DEALS, f"@dealreview {MARK} Mills")
        workspace.message("maya", workspace.dm("maya"), f"hello {MARK}")
        workspace.shortcut("maya", "start_review")
        self.submit_all("maya")
        workspace.home("lena", "messages")
        self.room.settle()
        self.take_down()
        for who in PEOPLE:
            self.use_everything(who)

    def drop_a_file(self) -> None:
        workspace = self.room.workspace
        workspace.send_file("maya", workspace.dm("maya"), f"{MARK}.csv", PIPELINE.encode())
        self.use_everything("maya")

    def use_everything(self, who: str) -> None:
        """Press every button a person sees, choose in every menu, and submit every form that opens, each kind once."""
        self.room.workspace.home(who)
        self.room.settle()
        self.take_down()
        state = self.room.workspace.state(who)
        places = [message for messages in state["messages"].values() for message in messages if message.get("bot_id")]
        places += [*state["ephemerals"], *filter(None, [state["home"]])]
        for place in places:
            for block in place.get("blocks") or ():
                for element in elements_of(block):
                    if _kind(element["action_id"]) not in self._used and element["action_id"] not in FOR_LATER:
                        self.use(who, place, block, element)
                        self.submit_all(who)

    def use(self, who: str, place: dict[str, Any], block: dict[str, Any], element: dict[str, Any]) -> Any:
        """Use one element; returns what is in it then. What nobody may press any more is let be."""
        workspace, action, value = self.room.workspace, element["action_id"], None
        with suppress(Refusal):
            if "external_select" in element["type"]:
                typed = "Eur" if block["block_id"] == "zone" else MARK[:3]
                shown = workspace.options(who, place, action, typed, block_id=block["block_id"])
                value = next((option["value"] for option in shown.get("options") or ()), None)
            else:
                value = something_for(element)
            if block["type"] != "input" or block.get("dispatch_action"):
                if action != VALUE:
                    self._used.add(_kind(action))
                workspace.action(who, place, action, value, block_id=block["block_id"])
            self.take_down()
        return value

    def submit_all(self, who: str) -> None:
        """Fill in and submit the forms that are open, and close those that will not be taken."""
        workspace = self.room.workspace
        for _ in range(3):
            form = workspace.modal(who)
            if form is None:
                return
            values = dict(self._filled(who, form)) if form.get("submit") else {}
            for given in (values, {}):  # what Slack does not let one fill in is left as it is
                with suppress(Refusal):
                    workspace.submit(who, form["id"], given)
                self.take_down()
            if (left := workspace.modal(who)) and left["id"] == form["id"]:
                workspace.close(who, form["id"])
                self.take_down()

    def _filled(self, who: str, form: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for block in form["blocks"]:
            for element in elements_of(block):
                if element["type"] != "button":
                    value = self.use(who, form, block, element)
                    if value is not None:
                        yield block["block_id"], {element["action_id"]: value}

    def _without_occasion(self) -> Iterator[Recorded]:
        """Presses of buttons that nobody saw meanwhile, made like one that was seen."""
        shared = next(each for each in self._found.values() if each.kind == "events_api").body
        for kind in ("channel_shared", "channel_unshared"):
            event = {"type": kind, "channel": "C0DEALS", "connected_team_id": "T0OTHER", "event_ts": "1.000001"}
            yield Recorded("events_api", {**shared, "event": event})
        event = {"type": "member_joined_channel", "user": "U0BOT", "channel": "C0DEALS", "event_ts": "1.000001"}
        yield Recorded("events_api", {**shared, "event": event})
        for kind in ("app_uninstalled", "tokens_revoked"):  # so long ago that the bot is there again
            event = {"type": kind, "tokens": {"oauth": ["U0LENA"], "bot": ["U0BOT"]}, "event_ts": "1.000001"}
            yield Recorded("events_api", {**shared, "event": event, "event_time": 1})
        pressed = next(each for each in self._found.values() if "block_actions" in each.key and "message" in each.body)
        for action_id, value in RARE.items():
            if not any(action_id in each.key.split() for each in self._found.values()):
                action = {**pressed.body["actions"][0], "action_id": action_id, "value": value}
                yield Recorded(pressed.kind, {**pressed.body, "actions": [action]})

    def _forms_without_occasion(self) -> Iterator[Recorded]:
        """Forms that nobody saw meanwhile, filled in like one that was seen; and a choice in one."""
        submitted = next(each for each in self._found.values() if "view_submission" in each.key)
        for callback_id, (about, values) in RARE_FORMS.items():
            state = {block: {VALUE: {"type": "plain_text_input", "value": value}} for block, value in values.items()}
            view = {**submitted.body["view"], "callback_id": callback_id, "private_metadata": about}
            view["state"] = {"values": state}
            if not any(each.body.get("view", {}).get("callback_id") == callback_id for each in self._found.values()):
                yield Recorded(submitted.kind, {**submitted.body, "view": view})
            if callback_id == "fix_line":
                action = {"type": "static_select", "action_id": VALUE, "block_id": "line", "action_ts": "1.000001"}
                chosen = {"trigger_id": "1.2.3", **submitted.body, "type": "block_actions", "view": view}
                yield Recorded(submitted.kind, {**chosen, "actions": [action]})


def _kind(action_id: str) -> str:
    return re.sub(r"[0-9]+", "0", action_id)


def something_for(element: dict[str, Any]) -> Any:
    """What a person might put into an element."""
    kind, options = element["type"], options_of(element)
    if kind in ("static_select", "radio_buttons"):
        return options[-1]["value"]
    if kind in ("multi_static_select", "checkboxes"):
        return [options[0]["value"]]
    by_kind: dict[str, Any] = {
        "plain_text_input": MARK,
        "users_select": "U0LENA",
        "multi_users_select": ["U0LENA"],
        "conversations_select": "C0DEALS",
        "channels_select": "C0DEALS",
        "datepicker": "2026-11-24",
        "timepicker": "10:00",
    }
    return by_kind.get(kind)


def unheard(room: Room, recorded: list[Recorded]) -> list[str]:
    """The listeners to whom nothing of what was recorded goes, by name."""
    requests = [BoltRequest(body=each.body, mode="socket_mode") for each in recorded]
    nothing = BoltResponse(status=200)
    return [
        listener.ack_function.__name__
        for listener in room.bot.bolt._listeners
        if not any(listener.matches(req=request, resp=nothing) for request in requests)
    ]
