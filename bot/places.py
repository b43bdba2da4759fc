"""Places in which reviews may be held: channels and direct messages, read from what Slack tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """Whether a review can be held in a place."""

    WELCOME = "welcome"
    NOT_A_MEMBER = "not_a_member"  # the bot must be invited first
    SHARED = "shared"  # people of another company read along
    ARCHIVED = "archived"  # nobody can post there any more
    OUTSIDE = "outside"  # it is private, and the person who asks is not in it


@dataclass(frozen=True)
class Place:
    """A channel or direct message. `scope` is empty if anyone in the workspace may read it, else its own id."""

    channel: str
    scope: str
    standing: Standing
    is_direct: bool = False


def read_place(channel: str, found: Mapping[str, Any]) -> Place:
    """A place as Slack tells of it, by the channel's id."""
    is_direct = bool(found.get("is_im") or found.get("is_mpim"))
    is_private = is_direct or found.get("is_private") or found.get("is_group")
    scope = channel if is_private else ""
    if is_shared(found) or found.get("is_pending_ext_shared"):
        return Place(channel, scope, Standing.SHARED)
    if found.get("is_archived"):
        return Place(channel, scope, Standing.ARCHIVED)
    if not is_direct and not found.get("is_member", True):
        return Place(channel, scope, Standing.NOT_A_MEMBER)
    return Place(channel, scope, Standing.WELCOME, is_direct)


def is_shared(found: Mapping[str, Any]) -> bool:
    """Whether people of another company can read a channel that Slack tells of."""
    return bool(found.get("is_ext_shared"))
