"""The nouns of a workspace: people, channels, messages, notes only one person sees, and views."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

Kind = Literal["channel", "private", "im"]

Standing = Literal["member", "admin", "guest", "stranger"]


@dataclass(frozen=True)
class Enterprise:
    """An organisation that has several workspaces (Enterprise Grid)."""

    id: str
    name: str


@dataclass(frozen=True)
class Team:
    """One workspace beside others. `mark` is in every id that is made there, so that no two make the same one."""

    id: str
    name: str
    domain: str
    mark: str = ""
    enterprise: Enterprise | None = None

    @property
    def bot_user(self) -> str:
        """The app's user here: another one in each workspace, and the same in all of an organisation."""
        return f"U0BOT{self._bot_mark}"

    @property
    def bot_id(self) -> str:
        return f"B0BOT{self._bot_mark}"

    @property
    def _bot_mark(self) -> str:
        return self.enterprise.id.removeprefix("E0") if self.enterprise else self.mark

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True)
class User:
    """A person, or the bot. `tz` is an IANA zone name. An `admin` runs the workspace; a `stranger` is of another's.

    `locale` is that of the Slack they read. The user of an app that was removed is `deleted`, and stays for the sake of
    what it said.
    """

    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    is_bot: bool = False
    color: str = "1f3a5f"
    standing: Standing = "member"
    deleted: bool = False
    locale: str = "en-GB"

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    @property
    def initials(self) -> str:
        return initials(self.real_name)


def initials(name: str) -> str:
    """The first letters of the first two words."""
    return "".join(word[0] for word in name.split()[:2]).upper()


@dataclass
class Channel:
    """Somewhere to talk. The members of an `im` are the person and the bot; a `shared` one is not ours alone.

    An `archived` one can be read still, and nothing more is said there.
    """

    id: str
    name: str
    kind: Kind
    members: list[str]
    topic: str = ""
    shared: bool = False
    archived: bool = False

    def visible_to(self, user_id: str) -> bool:
        return self.kind == "channel" or user_id in self.members

    def other_than(self, user_id: str) -> str | None:
        """In an `im`, the other party."""
        return next((member for member in self.members if member != user_id), None) if self.kind == "im" else None


@dataclass
class Message:
    """Something said in a channel. `ts` names it there; a reply has the `ts` of its parent in `thread_ts`."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    edited: dict[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    bot_id: str | None = None
    files: list[Json] = field(default_factory=list)
    subtype: str | None = None
    metadata: Json | None = None
    inviter: str | None = None

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Ephemeral:
    """A note in a channel which only `user` sees, and nobody can read back."""

    id: str
    channel: str
    user: str
    ts: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None


@dataclass
class View:
    """A modal or a Home tab as one person sees it. `values` is what that person has filled in so far."""

    id: str
    hash: str
    user: str
    content: Json
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.content["blocks"]
        return blocks
