"""One language's voice: the templates with its words, and how names, days and times are put in it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Protocol
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, Template, meta, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context

from bot import blocks, mrkdwn
from bot.languages import Language, Said
from storage.deals import Person

TEMPLATES = Path(__file__).parent.parent / "templates"


class Names(Protocol):
    def known(self, team: str, person_id: str) -> Person:
        """What we remember of a person; somebody nameless in UTC if that is nothing."""


class Compiled(BytecodeCache):
    """The templates that were compiled in this process: what they say is looked up later, so all languages share it."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(f"{bucket.key} {bucket.checksum}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._code[f"{bucket.key} {bucket.checksum}"] = bucket.code


COMPILED = Compiled()


class Voice:
    """Everything that can be said, in one language. Templates are compiled when they are first said."""

    def __init__(self, language: Language, names: Names) -> None:
        self.language = language
        self._names = names
        self.words = Environment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  (not HTML: every value is encoded for Slack before it gets here)
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do", "jinja2.ext.i18n"],
            bytecode_cache=COMPILED,
        )
        self.words.policies["ext.i18n.trimmed"] = True
        self.words.install_gettext_translations(language.words, newstyle=True)  # type: ignore[attr-defined]
        self.words.globals.update(blocks.FOR_TEMPLATES)
        self.words.filters.update(
            name=self._name, day=self._weekday, date=self._day, moment=self._moment, clock=self._clock,
            number=language.number, short=mrkdwn.shorten, quote=_quote,
        )  # fmt: skip
        self.knows = cache(self._knows)

    def template(self, name: str) -> Template:
        return self.words.get_template(f"{name}.j2")

    def _knows(self, name: str) -> bool:
        """Whether all that a template may say can be said in this language. One of two languages would help nobody."""
        return self.language.is_ours or all(self.language.has(said) for said in messages(self.words, f"{name}.j2"))

    @pass_context
    def _name(self, context: Context, person_id: str) -> str:
        return mrkdwn.encode(self._names.known(context["team"], person_id).name)

    @pass_context
    def _moment(self, context: Context, moment: str, person_id: str) -> str:
        """A moment (in UTC) on the clock where a person lives: "Thu 26 Nov, 09:30"."""
        when = self._local(context, moment, person_id)
        return f"{self.language.weekday(when)}, {self.language.clock(when)}"

    @pass_context
    def _clock(self, context: Context, moment: str, person_id: str) -> str:
        """The time at a moment (in UTC) where a person lives: "09:30"."""
        return self.language.clock(self._local(context, moment, person_id))

    @pass_context
    def _weekday(self, context: Context, moment: str, person_id: str = "") -> str:
        """A date, or the date a moment (in UTC) falls on where a person lives: "Tue 24 Nov"."""
        return self.language.weekday(self._date(context, moment, person_id))

    @pass_context
    def _day(self, context: Context, moment: str, person_id: str = "") -> str:
        """Such a day without its weekday: "24 Nov"."""
        return self.language.day(self._date(context, moment, person_id))

    def _date(self, context: Context, moment: str, person_id: str) -> date:
        is_date = len(moment) == len("2026-11-24")
        return date.fromisoformat(moment) if is_date else self._local(context, moment, person_id)

    def _local(self, context: Context, moment: str, person_id: str) -> datetime:
        zone = ZoneInfo(self._names.known(context["team"], person_id).tz)
        return datetime.fromisoformat(moment).astimezone(zone)


def messages(words: Environment, template: str) -> set[Said]:
    """Everything for translators in a template and in what it imports and includes."""
    found: set[Said] = set()
    left, seen = [template], {template}
    while left:
        source, _, _ = words.loader.get_source(words, left.pop())  # type: ignore[union-attr]
        for _, function, said in words.extract_translations(source):  # type: ignore[attr-defined]
            parts = said if isinstance(said, tuple) else (said,)
            found.add((parts[0], parts[1]) if "pgettext" in function else (None, parts[0]))
        for named in meta.find_referenced_templates(words.parse(source)):
            if named and named not in seen:
                seen.add(named)
                left.append(named)
    return found


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))
