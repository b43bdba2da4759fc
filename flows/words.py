"""The words a person can reply with instead of pressing a button."""

from __future__ import annotations

import re
from enum import StrEnum


class Word(StrEnum):
    """What a reply asks the bot to do, when it is nothing but such a word."""

    SKIP = "skip"
    BACK = "back"
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"
    NOT_KNOWN = "not_known"
    STILL_TRUE = "still_true"
    MORE = "more"
    TOMORROW = "tomorrow"


SPOKEN: dict[str, Word] = {
    "skip": Word.SKIP,
    "skip it": Word.SKIP,
    "skip this": Word.SKIP,
    "back": Word.BACK,
    "go back": Word.BACK,
    "pause": Word.PAUSE,
    "stop": Word.STOP,
    "resume": Word.RESUME,
    "continue": Word.RESUME,
    "carry on": Word.RESUME,
    "not known": Word.NOT_KNOWN,
    "not known yet": Word.NOT_KNOWN,
    "unknown": Word.NOT_KNOWN,
    "don't know": Word.NOT_KNOWN,
    "i don't know": Word.NOT_KNOWN,
    "still true": Word.STILL_TRUE,
    "more": Word.MORE,
    "tomorrow": Word.TOMORROW,
}


def spoken(text: str) -> Word | None:
    """The word a reply consists of, or None when it says anything else.

    Case, surrounding punctuation and the kind of apostrophe make no difference; "Skip." is a word, "skip the pilot"
    is an answer.
    """
    plain = re.sub(r"\s+", " ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).casefold()
    return SPOKEN.get(plain.strip(" .!,`\"'*_~"))
