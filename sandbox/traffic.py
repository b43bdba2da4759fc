"""The log of what went between the workspace and the bot, newest last."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from sandbox.model import Json

KEPT = 2000


@dataclass(frozen=True)
class Entry:
    """`at` is a Slack timestamp, `ms` how long the answer took, `body` what was sent."""

    at: str
    direction: Literal["to_bot", "from_bot"]
    kind: str
    summary: str
    status: str
    ms: int
    body: Json


class Traffic:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def log(self, entry: Entry) -> None:
        self._entries.append(entry)

    def entries(self, limit: int = KEPT) -> list[Json]:
        return [dict(vars(entry)) for entry in list(self._entries)[-limit:]] if limit > 0 else []


def summary_of(body: Json) -> str:
    """One line that tells entries apart: what it is about, where, and the start of its text."""
    event = body.get("event") or body
    actions = [action["action_id"] for action in body.get("actions", [])]
    view = body.get("view") if isinstance(body.get("view"), dict) else {}
    parts = [
        event.get("type") if event is not body else body.get("type"),
        event.get("subtype"),
        body.get("command"),
        *actions,
        body.get("callback_id") or (view or {}).get("callback_id"),
        _place(event.get("channel") or body.get("channel_id")),
        _short(event.get("text")),
    ]
    return " ".join(str(part) for part in parts if part)


def _place(channel: object) -> object:
    return channel.get("name") if isinstance(channel, dict) else channel


def _short(text: object) -> str:
    line = " ".join(str(text or "").split())
    return line if len(line) <= 80 else line[:79] + "…"
