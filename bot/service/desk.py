"""What a person gets who types `/dealreview` or mentions the bot: a review, a form, or an answer for their eyes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import mrkdwn
from bot.commands import Command, parse
from bot.directory import Directory
from bot.service.deals import DealService
from bot.service.lessons import LessonService
from bot.service.portfolio import PortfolioService
from bot.service.reviews import ReviewService
from bot.speaker import Speaker
from flows import utterances as say
from flows.deal import LONGEST_NAME, Deal
from flows.steering import Act
from flows.utterances import Utterance


@dataclass(frozen=True)
class Typed:
    """A typed command, in Slack's encoding. Without a `trigger_id` no form can be opened.

    `ts` is the message it was typed in, if it was a mention.
    """

    team: str
    person: str
    channel: str
    text: str
    trigger_id: str = ""
    ts: str = ""

    @property
    def act(self) -> Act:
        """The command as somebody's act: Slack may tell of a mention twice."""
        return Act(self.person, self.trigger_id or self.ts)


Take = Callable[[Typed, tuple[str, ...], str], Utterance | None]
"""What takes a command: as it was typed, the people it mentions, and its other words. It gives a hint, or a form."""


class Desk:
    """Reads commands and hands them on; what is not about one deal, to what `others` names for it."""

    def __init__(
        self,
        reviews: ReviewService,
        deals: DealService,
        portfolio: PortfolioService,
        lessons: LessonService,
        directory: Directory,
        speaker: Speaker,
        others: Mapping[str, Take],
    ) -> None:
        self._reviews = reviews
        self._deals = deals
        self._portfolio = portfolio
        self._lessons = lessons
        self._directory = directory
        self._speaker = speaker
        self._others = others

    def take(self, typed: Typed) -> Utterance | None:
        """Do what was typed; returns the answer for the person who typed it, if there is one."""
        command = parse(typed.text)
        name = mrkdwn.decode(command.name, lambda person: self._directory.name(typed.team, person))
        match command.kind:
            case "help":
                return say.help_for_commands()
            case "list":
                return self._deals.list(typed.team, typed.person, typed.channel)
            case "show" if name:
                return self._deals.show(typed.team, typed.person, typed.channel, name)
            case "ask" if name:
                return self._deals.ask(typed.team, typed.person, typed.channel, name)
            case "close" if name:
                form = self._portfolio.close_form(typed.team, typed.person, typed.channel, name)
                return self._open(typed, form)
            case "reopen" if name:
                return self._portfolio.reopen(typed.team, typed.channel, name, typed.act)
            case "handover":
                return self._hand_over(typed, command.people)
            case "full":
                return self._start(typed, command.people, name, whole=True)
            case kind if kind in self._others:
                found = self._others[kind](typed, command.people, name)
                return self._open(typed, found) if found else None
            case "lens":
                return self._lessons.list(typed.team, typed.person, typed.channel)
            case "unknown":
                return self._unknown(typed, command, name)
            case "form" if typed.trigger_id:
                self._speaker.open_form(
                    typed.team, typed.trigger_id, self._reviews.form(typed.team, typed.channel, typed.person)
                )
                return None
            case "start":
                return self._start(typed, command.people, name, is_quoted=command.is_quoted)
            case _:
                return say.help_for_commands()

    def _start(
        self, typed: Typed, people: tuple[str, ...], name: str, whole: bool = False, is_quoted: bool = False
    ) -> Utterance | None:
        if len(people) > 1:
            return say.one_owner()
        name, playbook = (name, "") if is_quoted else self._deals.told_apart(typed.team, typed.channel, name)
        if problem := check_name(name):
            return problem
        if not playbook and not is_quoted and (hint := self._deals.mistyped(typed.team, typed.channel, name)):
            return hint
        asked = Deal(0, typed.team, "", name, owner="".join(people), playbook=playbook)
        return self._reviews.start(typed.team, typed.person, typed.channel, asked, whole)

    def _open(self, typed: Typed, found: Utterance) -> Utterance | None:
        """Open a form; a hint is handed on, and so is a form where none can be opened."""
        if not found.name.endswith("_form"):
            return found
        if not typed.trigger_id:
            return say.help_for_commands()
        self._speaker.open_form(typed.team, typed.trigger_id, found)
        return None

    def _hand_over(self, typed: Typed, people: tuple[str, ...]) -> Utterance:
        if len(people) != 2:
            return say.two_people()
        return self._portfolio.hand_over(typed.team, *people, typed.act)

    def _unknown(self, typed: Typed, command: Command, name: str) -> Utterance | None:
        """A word that looks like a subcommand may still be the name of a deal that exists."""
        if self._deals.exists(typed.team, typed.channel, name):
            return self._start(typed, command.people, name)
        return say.unknown_command(name, command.meant)


def check_name(name: str) -> Utterance | None:
    """Why a text cannot be a deal's name, if it cannot."""
    return None if 0 < len(name) <= LONGEST_NAME else say.bad_name(name, LONGEST_NAME)
