"""Which language somebody reads, and what is said in it: its words by gettext, its dates and numbers by the CLDR."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

CATALOGUES = Path(__file__).parent.parent / "templates" / "locale"
QUESTION = "question"
"""The context of the words of a playbook, as translators see them."""

OURS = "en"
"""The language of the templates themselves, which needs no catalogue."""

LATIN_AMERICA = {"es-LA": "es-419"}
"""What Slack calls otherwise than everybody else."""

Said = tuple[str | None, str]
"""A message by its context, if it has one, and its English words."""


class Language:
    """A language as it is written in some place, with the words that a catalogue has for it."""

    def __init__(self, locale: Locale, catalogue: Catalog) -> None:
        self.locale = locale
        self._catalogue = catalogue

    @cached_property
    def words(self) -> Translations:
        """The catalogue, compiled when it is first asked for."""
        compiled = BytesIO()
        write_mo(compiled, self._catalogue)
        compiled.seek(0)
        return Translations(compiled)

    @property
    def is_ours(self) -> bool:
        """Whether the templates themselves are written in it, so that there is nothing to translate."""
        return self.locale.language == OURS

    def has(self, said: Said) -> bool:
        """Whether a message can be said whole: in each of its plural forms, by words somebody has looked at."""
        if self.is_ours:
            return True
        context, words = said
        message = self._catalogue.get(words, context)
        if message is None or message.fuzzy:
            return False
        return all(message.string) if isinstance(message.string, tuple) else bool(message.string)

    def question(self, words: str) -> str:
        """Words of a question that ships with the product; a team's own are in no catalogue, and stay as they are."""
        return self.words.upgettext(QUESTION, words) if words else ""

    def weekday(self, when: date) -> str:
        """A day with its weekday: "Thu 26 Nov"."""
        if self._is_plain:
            return format_date(when, "EEE d MMM", self.locale)
        return format_skeleton("MMMEd", _at_noon(when), locale=self.locale)

    def day(self, when: date) -> str:
        """A day without its weekday: "26 Nov"."""
        if self._is_plain:
            return format_date(when, "d MMM", self.locale)
        return format_skeleton("MMMd", _at_noon(when), locale=self.locale)

    def clock(self, when: datetime) -> str:
        """A time of the day: "09:30"."""
        return format_time(when, "HH:mm" if self._is_plain else "short", locale=self.locale)

    def number(self, number: int) -> str:
        """A number that may be large: "12,400"."""
        return format_decimal(number, locale=self.locale)

    @property
    def _is_plain(self) -> bool:
        """Whether dates are written as this product writes them by itself."""
        return self is ENGLISH


ENGLISH = Language(Locale(OURS), Catalog(OURS))
"""What is spoken with whoever reads no language that there is a catalogue for."""

PLAIN = ("en", "en-GB")
"""The locales for which dates are written as in the examples here, which is how this product writes by itself."""


@lru_cache(maxsize=256)
def language_of(locale: str) -> Language:
    """What is spoken with somebody whose Slack has this locale, such as "de-DE"; English where that is not known."""
    try:
        found = Locale.parse(LATIN_AMERICA.get(locale, locale).replace("_", "-"), sep="-")
    except (ValueError, TypeError, UnknownLocaleError):
        code = locale.replace("_", "-").partition("-")[0]
        return _written(Locale(code)) if code.isalpha() and catalogue_of(code).is_file() else ENGLISH
    if found.language == OURS:
        return ENGLISH if locale in PLAIN else _written(found)
    return _written(found) if catalogue_of(found.language).is_file() else ENGLISH


def catalogue_of(code: str) -> Path:
    """The file with the words of a language, such as "de", whether it is there or not."""
    return CATALOGUES / code / "LC_MESSAGES" / "dealreview.po"


@lru_cache(maxsize=64)
def _written(locale: Locale) -> Language:
    """One object for each locale, so that a catalogue is read and compiled once."""
    if locale.language == OURS:
        return Language(locale, Catalog(locale))
    with catalogue_of(locale.language).open("rb") as file:
        return Language(locale, read_po(file, locale))


def _at_noon(when: date) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time(12))
