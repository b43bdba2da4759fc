"""Who is in the local workspace at first, where they talk, and the keys a bot needs to come in."""

from collections.abc import Iterable
from dataclasses import replace

from sandbox.model import Channel, User

TEAM_ID = "T0LOCAL"
TEAM_NAME = "Local workspace"
OTHER_TEAM = "T0ELSEWHERE"
"""Another company's workspace, of which no more is known than that it is there."""
TEAM_DOMAIN = "local-workspace"
NOTICE = "This is a local workspace, not Slack. Nothing said here leaves this computer."

APP_ID = "A0APP"
BOT_ID = "B0BOT"
BOT_USER = "U0BOT"

BOT_TOKEN = "xoxb-local"  # noqa: S105 - it opens nothing but this workspace
APP_TOKEN = "xapp-local"  # noqa: S105
SIGNING_SECRET = "local-signing-secret"  # noqa: S105

PEOPLE = (
    User("U0MAYA", "maya", "Maya Okafor", "Sales manager", "Europe/London", color="9a3b6e"),
    User("U0LENA", "lena", "Lena Brandt", "Account executive", "Europe/Berlin", color="2f6f9f"),
    User("U0OMAR", "omar", "Omar Haddad", "Account executive", "America/New_York", color="2e7d5b"),
    User(
        "U0ROSA",
        "rosa",
        "Rosa Lindqvist",
        "Finance, not on the sales team",
        "Europe/Stockholm",
        color="b5651d",
    ),
)

CHANNELS = (
    Channel("C0DEALS", "deals", "channel", ["U0MAYA", "U0LENA", "U0OMAR", BOT_USER], "One thread a deal"),
    Channel("C0GENERAL", "general", "channel", ["U0MAYA", "U0LENA", "U0OMAR", "U0ROSA"], "Everyone"),
    Channel("G0FORECAST", "forecast", "private", ["U0MAYA", "U0LENA"], "The call on Monday"),
)


def bot_user(display_name: str) -> User:
    """The bot as a member of the workspace. Slack makes the handle from the display name."""
    handle = "".join(letter for letter in display_name.lower() if letter.isalnum() or letter in "-_.")
    return User(BOT_USER, handle or "bot", display_name, "App", "America/Los_Angeles", is_bot=True, color="1f3a5f")


def fresh(channels: Iterable[Channel]) -> dict[str, Channel]:
    """Copies by id, so that no workspace changes the members another one starts with."""
    return {channel.id: replace(channel, members=list(channel.members)) for channel in channels}
