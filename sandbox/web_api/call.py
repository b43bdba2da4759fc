"""One call of a Web API method: its arguments, what the bot's scopes allow, and how answers are paged."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.blocks import block_problems, is_too_long, with_ids
from sandbox.model import Channel, Json
from sandbox.refusals import Refusal
from sandbox.workspace import Workspace

T = TypeVar("T")

HISTORY_SCOPE = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}
READ_SCOPE = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}


@dataclass(frozen=True)
class Call:
    """`arguments` are text if they came in a form or a query; `url` is the workspace's own address."""

    workspace: Workspace
    arguments: Json
    url: str

    # -- arguments

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            raise Refusal(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.arguments.get(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def structure(self, name: str, error: str) -> Any:
        """An argument that is JSON; in a form it comes as text."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refusal(error) from None

    def blocks(self) -> list[Json] | None:
        """The message's blocks, checked, with ids; None if the call has none."""
        blocks = self.structure("blocks", "invalid_blocks_format")
        if blocks is None:
            return None
        checked = checked_blocks(blocks, self.workspace)
        if is_too_long(checked):
            raise Refusal("msg_blocks_too_long")
        return checked

    # -- what the bot may do and see

    def allow(self, *scopes: str) -> None:
        """At least one of these scopes must be granted."""
        granted = self.workspace.scopes
        if not any(scope in granted for scope in scopes):
            raise Refusal("missing_scope", needed=",".join(scopes), provided=",".join(granted))

    def has(self, scope: str) -> bool:
        return scope in self.workspace.scopes

    def channel(self, name: str = "channel") -> Channel:
        """A channel the bot can see. A private one it is not in looks just like one that does not exist."""
        channel = self.workspace.channel(self.required(name, "channel_not_found"))
        if not channel.visible_to(self.workspace.bot.id):
            raise Refusal("channel_not_found")
        return channel

    def open_channel(self, name: str = "channel", refused: str = "is_archived") -> Channel:
        """A channel the bot can see in which something may still happen."""
        channel = self.channel(name)
        if channel.archived:
            raise Refusal(refused)
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if self.workspace.bot.id not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    # -- pages

    def page(self, items: Sequence[T], default_limit: int = 100) -> tuple[list[T], str]:
        """The part of `items` asked for, and the cursor of the next part, empty at the end."""
        start = self._offset()
        limit = max(1, min(self.number("limit", default_limit), 1000))
        following = start + limit
        cursor = base64.b64encode(f"next:{following}".encode()).decode() if following < len(items) else ""
        return list(items[start:following]), cursor

    def _offset(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        try:
            return int(base64.b64decode(cursor).decode().removeprefix("next:"))
        except (ValueError, binascii.Error):
            raise Refusal("invalid_cursor") from None


Method = Callable[[Call], Json]


def checked_blocks(blocks: Any, workspace: Workspace) -> list[Json]:
    """A message's blocks with Slack's ids, or `invalid_blocks` saying which and why."""
    problems = block_problems(blocks, "message", missing=workspace.missing_blocks)
    if problems:
        raise Refusal(
            "invalid_blocks",
            "; ".join(problems),
            errors=problems,
            response_metadata={"messages": [f"[ERROR] {each}" for each in problems]},
        )
    return with_ids(blocks, workspace.new_id)
