"""What an operator is told of the work that waits, is stuck, or was given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from storage import installations
from storage.database import Database
from storage.inbox import Inbox, Untaken
from storage.installations import Seals
from storage.messages import LATE, Messages, Unsaid
from storage.sealing import Keys
from storage.tenancy import EVERYWHERE, NOBODYS, at_work_for


@dataclass(frozen=True)
class Findings:
    """What waits in the database now. `resumed` counts what was given up and is tried once more.

    `second_wall` says whether the database keeps workspaces apart by itself; None if it never does. `left` is from how
    many workspaces the bot was removed.
    """

    untaken: Untaken
    unsaid: Unsaid
    resumed: int
    second_wall: bool | None = None
    left: int = 0

    @property
    def late(self) -> int:
        return self.untaken.late + self.unsaid.late

    @property
    def given_up(self) -> int:
        return len(self.untaken.failed) + len(self.unsaid.refused)

    @property
    def is_well(self) -> bool:
        return not self.late and (not self.given_up or bool(self.resumed))

    def lines(self) -> Iterator[str]:
        """The findings in words, a line each."""
        yield f"Waiting to be taken: {self.untaken.waiting}"
        yield f"Waiting to be said: {self.unsaid.waiting}"
        yield f"Stuck for more than {LATE.total_seconds() / 60:g} minutes: {self.late}"
        yield f"Could not be taken: {len(self.untaken.failed)}"
        for failed in self.untaken.failed:
            yield f"  {failed.deal}: {failed.kind} in {failed.channel}: see error {failed.reference} in the log"
        yield f"Refused by Slack: {len(self.unsaid.refused)}"
        for refused in self.unsaid.refused:
            yield f"  {refused.deal}: {refused.slot} in {refused.channel}: {refused.reason}"
        if self.late:
            oldest = min(moment for moment in (self.untaken.oldest, self.unsaid.oldest) if moment)
            yield f"Is the bot running? The oldest has waited since {oldest:%Y-%m-%d %H:%M} UTC."
        if self.resumed:
            yield f"A running bot tries {self.resumed} of them again now."
        elif self.given_up:
            yield "`dealreview doctor --resume` tries them again, once you have dealt with the reasons."
        if self.left:
            yield f"Removed from workspaces: {self.left}. What waits there waits until it is installed again, or goes."
        if self.second_wall is False:
            yield (
                "Postgres does not keep workspaces apart by itself, for the bot's role is a superuser or has BYPASSRLS;"
                " let it use a role of its own."
            )


@dataclass(frozen=True)
class Opened:
    """Where the bot is installed by OAuth, and whether the `keys` (so many) open what it works with there."""

    seals: Seals
    keys: int

    @property
    def is_well(self) -> bool:
        return not self.seals.unreadable

    def lines(self) -> Iterator[str]:
        """The same in words, a line each; none where it is not installed by OAuth."""
        if not self.seals.installations:
            return
        yield f"Installed in workspaces: {self.seals.workspaces}"
        yield f"Installed in whole organisations: {self.seals.organisations}"
        yield f"Keys to them: {self.keys}"
        if self.seals.unreadable:
            yield f"Opened by none of the keys: {self.seals.unreadable}"
            yield "Add the key they were sealed with to the end of DEALREVIEW_KEYS."


def examine_seals(database: Database, keys: tuple[str, ...]) -> Opened:
    """Try the keys, if there are any, on every installation."""
    with at_work_for(NOBODYS), database.transaction() as session:
        return Opened(installations.examine(session, Keys(keys) if keys else None), len(keys))


def examine(database: Database, resume: bool) -> Findings:
    """Look at what waits; with `resume`, let the bot try once more what was given up."""
    with at_work_for(EVERYWHERE), database.transaction() as session:
        inbox, messages, now = Inbox(session), Messages(session), datetime.now(UTC)
        untaken, unsaid = inbox.untaken(now), messages.unsaid(now)
        resumed = inbox.try_failed_again() + messages.try_refused_again() if resume else 0
        left = installations.number_left(session)
    return Findings(untaken, unsaid, resumed, database.has_second_wall(), left)
