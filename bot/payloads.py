"""What Slack's payloads look like, as far as the bot reads them: anything else is turned away before it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any], bool]
"""Tells whether a value is as it should be."""

LARGEST_NUMBER = 2**53
"""What JSON can be relied upon to carry; the size of a file is smaller."""


def matching(pattern: str) -> Shape:
    """A string that is nothing but what the pattern says, in ASCII."""
    whole = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def record(needed: Mapping[str, Shape] | None = None, **others: Shape) -> Shape:
    """An object with all that is `needed`; the `others` may be left out or null. What is not named, nobody reads."""
    must = needed or {}

    def fits(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value and shape(value[name]) for name, shape in must.items())
            and all(value.get(name) is None or shape(value[name]) for name, shape in others.items())
        )

    return fits


def listing(shape: Shape, at_least: int = 0) -> Shape:
    return lambda value: isinstance(value, list) and len(value) >= at_least and all(map(shape, value))


def by_name(shape: Shape) -> Shape:
    """An object whose names are free."""
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


def either(*shapes: Shape) -> Shape:
    return lambda value: any(shape(value) for shape in shapes)


def words(value: Any) -> bool:
    """Whatever a person may type. It is cleaned where it is taken."""
    return isinstance(value, str)


def size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER


def seconds(value: Any) -> bool:
    """A moment in whole seconds since the epoch, UTC, before the year 2287."""
    return size(value) and value < 10**10


def none(value: Any) -> bool:
    return value is None


def or_empty(shape: Shape) -> Shape:
    """For a string that may be left out: an empty one says no more than none."""
    return either(shape, matching(""))


ID = matching(r"[\w.:-]{1,255}")
NAME = matching(r"[\w.:/-]{1,255}")
"""Of a kind of thing: a type, a command, a callback."""
ADDRESS = matching(r"https?://[!-~]{1,2000}")
TS = matching(r"\d{1,10}\.\d{1,9}")
"""A moment in Slack's writing: seconds since the epoch, UTC, before the year 2287."""
OURS = matching(r"[^\x00-\x1f\x7f\ud800-\udfff]{0,3000}")
"""What the bot itself wrote into a button or a form, and gets back; no control characters, no halves of characters."""

SOMEBODY = either(ID, record({"id": ID}, team_id=ID, enterprise_id=ID))
SOMEWHERE = either(ID, record({"id": ID}, enterprise_id=ID))

FILE = record({"id": ID}, name=words, size=size, url_private=words, url_private_download=words)

_IN_A_MESSAGE = {
    "user": or_empty(ID),
    "channel": or_empty(SOMEWHERE),
    "text": words,
    "event_ts": or_empty(TS),
    "thread_ts": or_empty(TS),
    "subtype": or_empty(NAME),
    "bot_id": or_empty(ID),
    "edited": record(ts=TS),
    "files": listing(FILE),
    "team": or_empty(SOMEWHERE),
}

MESSAGE = record({"ts": TS}, **_IN_A_MESSAGE)
"""One that lies in an event or under a button."""

OPTION = record({"value": OURS})

INPUT = record(
    value=words,
    selected_option=OPTION,
    selected_options=listing(OPTION),
    selected_users=listing(ID),
    selected_conversations=listing(ID),
    selected_user=ID,
    selected_conversation=ID,
    selected_channel=ID,
    selected_date=words,
    selected_time=words,
)
"""What was filled in. A day that no calendar has is explained to the person, so it may be anything."""

VIEW = record(
    {"id": ID, "type": NAME},
    hash=ID,
    callback_id=or_empty(NAME),  # an App Home has none
    private_metadata=OURS,
    app_installed_team_id=ID,
    team_id=ID,
    state=record({"values": by_name(by_name(INPUT))}),
)
HOME = record(private_metadata=OURS, id=ID)

ANY_EVENT = record(
    {"type": NAME},
    user=or_empty(SOMEBODY),
    subtype=or_empty(NAME),
    channel=SOMEWHERE,
    team=or_empty(SOMEWHERE),
    enterprise=SOMEWHERE,
    item=record(channel=ID),
    message=record(user=or_empty(SOMEBODY)),
    previous_message=record(user=or_empty(SOMEBODY)),
    assistant_thread=record(),
)

_HERE = {"channel": ID, "ts": TS}
_SAID = record(_HERE, **_IN_A_MESSAGE)
MESSAGES: dict[str, Shape] = {
    "": _SAID,
    "thread_broadcast": _SAID,
    "file_share": _SAID,
    "message_changed": record({**_HERE, "message": MESSAGE}, event_ts=or_empty(TS)),
    "message_deleted": either(
        record({**_HERE, "previous_message": MESSAGE}, event_ts=or_empty(TS)),
        record({**_HERE, "deleted_ts": TS}, previous_message=none, event_ts=or_empty(TS)),
    ),
}
"""The messages that are read, by their subtype. Of the many others some have no channel, and nobody misses it."""

EVENTS: dict[str, Shape] = {
    "message": lambda event: MESSAGES.get(event.get("subtype") or "", ANY_EVENT)(event),
    "app_mention": either(
        record({"bot_id": ID, "channel": ID}),
        record({"user": ID, "channel": ID, "text": words, "ts": TS}, thread_ts=TS),
    ),
    "app_home_opened": record({"user": ID}, tab=NAME, channel=ID, view=HOME),
    "channel_shared": record({"channel": ID}),
    "channel_unshared": record({"channel": ID}),
    "member_joined_channel": record({"user": ID, "channel": ID}),
    "tokens_revoked": record(tokens=record(bot=listing(ID))),
}
"""Of the events that somebody listens to, those that tell more than `ANY_EVENT`."""

EVENT = record(
    {"team_id": ID, "event_id": ID, "event": ANY_EVENT},
    authorizations=listing(record(team_id=ID, enterprise_id=words, user_id=ID)),
    enterprise_id=words,
    event_time=seconds,
)

PERSON = record({"id": ID}, team_id=ID)

_IN_AN_INTERACTION: dict[str, Shape] = {
    "team": record({"id": ID}, enterprise_id=ID),
    "enterprise": SOMEWHERE,
    "channel": record({"id": ID}),
    "message": record(ts=TS, thread_ts=TS, user=ID),
    "container": record(thread_ts=TS),
    "view": VIEW,
    "response_url": ADDRESS,
    "response_urls": listing(record(response_url=ADDRESS)),
}

ACTION = record(
    {"type": NAME, "action_id": OURS, "action_ts": TS},
    block_id=OURS,
    value=words,
    selected_option=OPTION,
    selected_date=words,
)


def interaction(**needed: Shape) -> Shape:
    others = {name: shape for name, shape in _IN_AN_INTERACTION.items() if name not in needed}
    return record({"user": PERSON, **needed}, **others)


_SUBMITTED = record(
    {"state": record({"values": by_name(by_name(INPUT))}), "private_metadata": OURS, "callback_id": NAME}
)


def _filled_in(view: Any) -> bool:
    return VIEW(view) and _SUBMITTED(view)


INTERACTIONS: dict[str, Shape] = {
    "block_actions": either(
        interaction(trigger_id=ID, actions=listing(ACTION, at_least=1), channel=record({"id": ID})),
        interaction(trigger_id=ID, actions=listing(ACTION, at_least=1), view=VIEW),
    ),
    "block_suggestion": interaction(action_id=OURS, block_id=OURS, value=words, view=_filled_in),
    "view_submission": interaction(view=_filled_in),
    "view_closed": interaction(view=VIEW),
    "shortcut": interaction(callback_id=NAME, trigger_id=ID),
    "message_action": interaction(callback_id=NAME, trigger_id=ID, channel=record({"id": ID}), message=MESSAGE),
}

COMMAND = record(
    {"command": NAME, "team_id": ID, "channel_id": ID, "user_id": ID},
    text=words,
    trigger_id=ID,
    response_url=ADDRESS,
    enterprise_id=words,
)
DATED = ("app_uninstalled", "tokens_revoked")
"""Events that may come late, so that it matters of when they tell."""

CHECKS = {"url_verification": record({"challenge": words})}
"""Slack's own questions to the address."""


def is_whole(body: Any) -> bool:
    """Whether a payload has everything the bot reads of it, each of the right kind, and is of one workspace only."""
    if not isinstance(body, dict):
        return False
    kind = body.get("type")
    if kind is None:
        return COMMAND(body) and not {"team", "view", "event", "authorizations", "user"} & set(body)
    if not isinstance(kind, str):
        return False
    if kind == "event_callback":
        return EVENT(body) and _is_whole_event(body, body["event"])
    if kind in CHECKS:
        return CHECKS[kind](body)
    return kind in INTERACTIONS and INTERACTIONS[kind](body) and _is_of_one_workspace(body)


def may_come_twice(body: Mapping[str, Any]) -> bool:
    """Whether a payload brings about nothing more, however often it comes.

    A question of Slack's own brings about nothing at all. Two of them may be alike, and have one signature. What people
    write in a thread has its own time in Slack, and is kept by that. Whoever opens App Home again sees it as it is now.
    """
    kind, event = body.get("type"), body.get("event") or {}
    happened = event.get("type") if kind == "event_callback" else ""
    is_written = happened == "message" and not event.get("files")
    return is_written or happened == "app_home_opened" or kind in ("block_suggestion", *CHECKS)


def event_mark(body: Mapping[str, Any]) -> str:
    """What is the same each time an event is sent, and of no other event; empty for what is none or has no id."""
    if body.get("type") != "event_callback" or not body.get("event_id"):
        return ""
    event = body.get("event") or {}
    return f"{body['event_id']} {event.get('event_ts') or event.get('ts') or ''}"


def _is_whole_event(body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    kind = event["type"]
    return EVENTS.get(kind, ANY_EVENT)(event) and (kind not in DATED or seconds(body.get("event_time")))


def _is_of_one_workspace(body: Mapping[str, Any]) -> bool:
    """Who is in another workspace than the form they fill in comes with a shared channel, in which nothing is held."""
    team = (body.get("team") or {}).get("id")
    installed = (body.get("view") or {}).get("app_installed_team_id")
    return team is None or installed is None or installed == team or not installed.startswith("T")
