"""Who is in the local workspace at first, where they talk, and the keys a bot needs to come in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sandbox.model import Channel, Enterprise, Team, User

HOME = Team("T0LOCAL", "Local workspace", "local-workspace")
"""Where the app was made. The only workspace, unless there are several beside each other."""
NEXT_DOOR = Team("T0NEXTDOOR", "Next door", "next-door", mark="X")

TEAM_ID = HOME.id
OTHER_TEAM = "T0ELSEWHERE"
"""Another company's workspace, of which no more is known than that it is there."""
NOTICE = "This is a local workspace, not Slack. Nothing said here leaves this computer."

APP_ID = "A0APP"
BOT_USER = HOME.bot_user

BOT_TOKEN = "xoxb-local"  # noqa: S105 - it opens nothing but this workspace
APP_TOKEN = "xapp-local"  # noqa: S105
SIGNING_SECRET = "local-signing-secret"  # noqa: S105
CLIENT_ID = "1010101010.2020202020"
CLIENT_SECRET = "local-client-secret"  # noqa: S105

PEOPLE = (
    User("U0MAYA", "maya", "Maya Okafor", "Sales manager", "Europe/London", color="9a3b6e", standing="admin"),
    User("U0LENA", "lena", "Lena Brandt", "Account executive", "Europe/Berlin", color="2f6f9f"),
    User("U0OMAR", "omar", "Omar Haddad", "Account executive", "America/New_York", color="2e7d5b"),
    User(
        "U0ROSA",
        "rosa",
        "Rosa Lindqvist",
        "Finance, not on the sales team",
        "Europe/Stockholm",
        color="a85d1a",
    ),
)

CHANNELS = (
    Channel("C0DEALS", "deals", "channel", ["U0MAYA", "U0LENA", "U0OMAR", BOT_USER], "One thread a deal"),
    Channel("C0GENERAL", "general", "channel", ["U0MAYA", "U0LENA", "U0OMAR", "U0ROSA"], "Everyone"),
    Channel("G0FORECAST", "forecast", "private", ["U0MAYA", "U0LENA"], "The call on Monday"),
)

NEIGHBOURS = (
    User("U0NADIA", "nadia", "Nadia Petrova", "Head of sales", "Europe/Sofia", color="7a4fa3", standing="admin"),
    User("U0PIET", "piet", "Piet de Vries", "Account executive", "Europe/Amsterdam", color="b0452c"),
    User("U0AMA", "ama", "Ama Mensah", "Account executive", "Africa/Accra", color="1f7a7a"),
)

NEIGHBOURING_CHANNELS = (
    Channel("C0DEALSX", "deals", "channel", ["U0NADIA", "U0PIET", "U0AMA"], "What we are working on"),
    Channel("C0GENERALX", "general", "channel", ["U0NADIA", "U0PIET", "U0AMA"], "Everyone"),
    Channel("G0QUARTERX", "quarter", "private", ["U0NADIA", "U0PIET"], "How it will end"),
)


@dataclass(frozen=True)
class Seed:
    """A workspace as it is at first. Ids are of one workspace only, as they are in Slack."""

    team: Team
    people: tuple[User, ...]
    channels: tuple[Channel, ...]


SEEDS = (Seed(HOME, PEOPLE, CHANNELS), Seed(NEXT_DOOR, NEIGHBOURS, NEIGHBOURING_CHANNELS))

GRID = Enterprise("E0GRID", "Local organisation")
GRID_SEEDS = tuple(
    Seed(
        replace(seed.team, enterprise=GRID),
        seed.people,
        tuple(replace(each, members=[who for who in each.members if who != BOT_USER]) for each in seed.channels),
    )
    for seed in SEEDS
)
"""The same workspaces as parts of one organisation, with the app in no channel."""


def bot_user(display_name: str, user_id: str = BOT_USER) -> User:
    """The bot as a member of the workspace. Slack makes the handle from the display name."""
    handle = "".join(letter for letter in display_name.lower() if letter.isalnum() or letter in "-_.")
    return User(user_id, handle or "bot", display_name, "App", "America/Los_Angeles", is_bot=True, color="1f3a5f")


def fresh(channels: Iterable[Channel]) -> dict[str, Channel]:
    """Copies by id, so that no workspace changes the members another one starts with."""
    return {channel.id: replace(channel, members=list(channel.members)) for channel in channels}
