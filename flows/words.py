"""The words a person can reply with instead of pressing a button."""

from __future__ import annotations

import re
from enum import StrEnum
from unicodedata import combining, normalize


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
    "überspringen": Word.SKIP,
    "auslassen": Word.SKIP,
    "saltar": Word.SKIP,
    "omitir": Word.SKIP,
    "back": Word.BACK,
    "go back": Word.BACK,
    "zurück": Word.BACK,
    "atrás": Word.BACK,
    "pause": Word.PAUSE,
    "pausa": Word.PAUSE,
    "stop": Word.STOP,
    "stopp": Word.STOP,
    "parar": Word.STOP,
    "resume": Word.RESUME,
    "continue": Word.RESUME,
    "carry on": Word.RESUME,
    "weiter": Word.RESUME,
    "weitermachen": Word.RESUME,
    "continuar": Word.RESUME,
    "seguir": Word.RESUME,
    "not known": Word.NOT_KNOWN,
    "not known yet": Word.NOT_KNOWN,
    "unknown": Word.NOT_KNOWN,
    "don't know": Word.NOT_KNOWN,
    "i don't know": Word.NOT_KNOWN,
    "unbekannt": Word.NOT_KNOWN,
    "noch unbekannt": Word.NOT_KNOWN,
    "nicht bekannt": Word.NOT_KNOWN,
    "weiß nicht": Word.NOT_KNOWN,
    "weiß ich nicht": Word.NOT_KNOWN,
    "ich weiß es nicht": Word.NOT_KNOWN,
    "keine ahnung": Word.NOT_KNOWN,
    "no se sabe": Word.NOT_KNOWN,
    "aún no se sabe": Word.NOT_KNOWN,
    "no sé": Word.NOT_KNOWN,
    "no lo sé": Word.NOT_KNOWN,
    "ni idea": Word.NOT_KNOWN,
    "still true": Word.STILL_TRUE,
    "stimmt noch": Word.STILL_TRUE,
    "aún es cierto": Word.STILL_TRUE,
    "sigue siendo cierto": Word.STILL_TRUE,
    "more": Word.MORE,
    "mehr": Word.MORE,
    "más": Word.MORE,
    "tomorrow": Word.TOMORROW,
    "bis morgen": Word.TOMORROW,
    "hasta mañana": Word.TOMORROW,
}
"""In English, German and Spanish, each of which anybody may use: people are asked in one and think in another.

None is what somebody is likely to answer and nothing else. That is why "morgen" and "mañana" are not here, with which
people greet each other in the morning.
"""


def spoken(text: str) -> Word | None:
    """The word a reply consists of, or None when it says anything else.

    Case, surrounding punctuation and the kind of apostrophe make no difference; "Skip." is a word, "skip the pilot"
    is an answer. Accents may be left out, as people do who are in a hurry.
    """
    plain = re.sub(r"\s+", " ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return _BARE.get(_bare(plain).strip(" .!¡,`\"'*_~"))


def _bare(words: str) -> str:
    """Words in one case and without accents: "Zurück" and "zuruck" are the same, and so are "weiß" and "weiss"."""
    letters = normalize("NFD", words.casefold())
    return "".join(letter for letter in letters if not combining(letter))


_BARE = {_bare(words): word for words, word in SPOKEN.items()}
