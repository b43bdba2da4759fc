"""What can happen in a workspace, announced to whoever watches: the page, the bot's events, the store."""

from dataclasses import dataclass

from sandbox.model import Channel, Ephemeral, Message


@dataclass(frozen=True)
class Posted:
    """`deliveries` is how often the bot is told: 2 rehearses a repeated delivery, 0 a lost one."""

    message: Message
    deliveries: int = 1


@dataclass(frozen=True)
class Edited:
    message: Message
    before: Message
    ts: str


@dataclass(frozen=True)
class Deleted:
    message: Message
    ts: str


@dataclass(frozen=True)
class Reacted:
    message: Message
    user: str
    name: str
    added: bool
    ts: str


@dataclass(frozen=True)
class Joined:
    channel: Channel
    user: str
    inviter: str | None
    ts: str


@dataclass(frozen=True)
class Left:
    channel: Channel
    user: str


@dataclass(frozen=True)
class Shared:
    """A channel is open to another company from now on, or is no longer: `channel.shared` says which."""

    channel: Channel
    ts: str


@dataclass(frozen=True)
class Archived:
    """A channel is closed from now on, or is open again: `channel.archived` says which."""

    channel: Channel
    user: str
    ts: str


@dataclass(frozen=True)
class ChannelOpened:
    channel: Channel


@dataclass(frozen=True)
class EphemeralShown:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class EphemeralGone:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class ModalsChanged:
    user: str


@dataclass(frozen=True)
class ViewRefused:
    user: str
    view_id: str
    errors: dict[str, str]


@dataclass(frozen=True)
class HomePublished:
    user: str


@dataclass(frozen=True)
class HomeOpened:
    user: str
    tab: str
    ts: str


@dataclass(frozen=True)
class StatusSet:
    """The bot's "is thinking…" line under a thread; empty when it is taken away."""

    channel: Channel
    thread_ts: str
    status: str


@dataclass(frozen=True)
class ReadUpTo:
    user: str
    channel: Channel


@dataclass(frozen=True)
class ClockMoved:
    """`offset`, in seconds, is what was added to the clock altogether."""

    offset: float


@dataclass(frozen=True)
class AppChanged:
    """The app is here from now on, may do more than before, or is gone with its organisation's token."""


@dataclass(frozen=True)
class TokensRevoked:
    """The app's token opens nothing any more."""

    ts: str


@dataclass(frozen=True)
class Uninstalled:
    """The app was removed."""

    ts: str


@dataclass(frozen=True)
class LinkChanged:
    """The bot can now be reached, or no longer."""


@dataclass(frozen=True)
class Forgotten:
    """Everything said is gone; people and channels stay."""


Happening = (
    Posted | Edited | Deleted | Reacted | Joined | Left | Shared | Archived | ChannelOpened | EphemeralShown
    | EphemeralGone | ModalsChanged | ViewRefused | HomePublished | HomeOpened | StatusSet | ReadUpTo | ClockMoved
    | LinkChanged | AppChanged | TokensRevoked | Uninstalled | Forgotten
)  # fmt: skip
