"""Help wanted: what a rep asks for from inside the company, in their own words. What the customer asks of us is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST = 240
REMEMBERED = 10_000
"""Lines of one call, which its manager and its reps read."""


@lru_cache(maxsize=REMEMBERED)
def asked_for(text: str) -> tuple[str, ...]:
    """The sentences of a reply that ask a colleague for something, as they were written, in order.

    The rule looks for an asking form ("could you", "I need someone who", "can we get a", "@Maya could"), and leaves out
    what is quoted and what somebody of the customer asks, wants or needs. It is a careful one: it rather misses a wish
    than that it calls a customer's one ours.
    """
    return tuple(sentence for sentence in _sentences(text) if _asks(_bare(sentence)))


def _asks(sentence: str) -> bool:
    if not _ASKS.search(sentence):
        return False
    return not _THEIR_WISH.search(sentence) and not _NO_WISH.search(sentence)


def _sentences(text: str) -> Iterator[str]:
    """A reply's sentences; a mark inside a quotation ends none."""
    begin, is_quoted = 0, False
    for place, sign in enumerate(text):
        if sign == '"':
            is_quoted = not is_quoted
        elif sign in "“„«":
            is_quoted = True
        elif sign in "”»":
            is_quoted = False
        ends = sign == "\n" or (sign in ".!?;" and not is_quoted and text[place + 1 : place + 2] in ("", " ", "\n"))
        if ends:
            yield from _kept(text[begin : place + 1])
            begin, is_quoted = place + 1, is_quoted and sign != "\n"
    yield from _kept(text[begin:])


def _kept(sentence: str) -> Iterator[str]:
    if words := " ".join(sentence.split()).strip("-*• "):
        yield words[:LONGEST]


def _bare(sentence: str) -> str:
    """The sentence without what is quoted in it, which somebody else said."""
    plain = sentence.translate({ord(mark): "'" for mark in "‘’"})
    return re.sub(r'"[^"]*"?|[“„«][^”»]*[”»]?|(?<!\w)\'[^\']*\'(?!\w)', " … ", plain)


_DOING = (
    "find|help|get|send|introduce|intro|join|check|ask|look|share|lend|bring|come|spare|set|write|make|put|talk|call|"
    "arrange|connect|show|point|tell|give|explain|prepare|draft|review|take|sit|dig|organise|organize|book|recommend"
)
_NAME = r"(?-i:@\w[\w.-]*|[A-Z]\w+)"
_SOMEBODY = r"(?:someone|somebody|anyone|anybody|a colleague|one of (?:you|us)|you|any of you)"
_ASKS = re.compile(
    rf"""
      \b(?:could|can|would|will)\s+(?:{_SOMEBODY}|{_NAME})\s+(?:from\s+\w+\s+)?(?:please\s+|perhaps\s+|maybe\s+|also\s+)?(?:{_DOING})\b
    | \bwould\s+(?:{_SOMEBODY}|{_NAME})\s+(?:be\s+(?:able|willing|free)|mind)\b
    | (?:^|[,;:–-]\s*)@\w[\w.-]*,?\s+(?:please|could|can|would|do\s+you)\b
    | \b(?:could|can|may)\s+(?:we|i)\s+(?:please\s+)?(?:get|have|borrow|use|bring\s+in)\s+
        (?:an?|some|someone|somebody|one|help|half|legal|security|finance|support|engineering|product|the|your|\d+)\b
        (?!\s+(?:signature|order|discount|price|commit|deal|contract|po)\b)
    | \b(?:i|we)(?:'d|\s+would|\s+could|\s+do|\s+really|\s+still|\s+also)*\s+(?:need|use|like|love|want)\s+
        (?:someone|somebody|a\s+colleague|anyone|help|a\s+hand|some\s+help|an?\s+(?:intro|introduction|second|expert|
        engineer|specialist|reference|customer|person|example|contact|pair|word|sanity)|your|advice|support\s+from|
        half\s+an\s+hour)\b
    | \b(?:i'm|i\s+am|we're|we\s+are)\s+(?:still\s+)?looking\s+for\s+
        (?:someone|somebody|a\s+colleague|an?\s+\w+\s+who|help)
    | \b(?:does|do|has|have|did)\s+(?:{_SOMEBODY}|we)\s+(?:here\s+)?
        (?:know|have\s+an?|ever|seen|run|done|got|worked|met)\b
    | \b(?:is|are)\s+there\s+(?:someone|somebody|anyone|anybody|a\s+colleague)\b
    | \bwho\s+(?:here|of\s+us|of\s+you|on\s+our\s+side|in\s+our\s+team|among\s+us)\b
    | \bwho\s+(?:could|can)\s+(?:help|join|lend|introduce|spare|tell\s+me)\b
    | \bhelp\s+(?:wanted|needed|welcome|with\b.*\b(?:please|welcome|appreciated))
    | \bany\s+(?:help|ideas|idea|advice|pointers|thoughts|volunteers)\b[^.]*(?:\?|welcome|appreciated|please|$)
    | \bplease\s+(?:someone\s+|somebody\s+)?(?:{_DOING})\b
    | \b(?:it\s+would|it'd|would)\s+(?:really\s+)?(?:be\s+(?:great|good|nice|lovely|useful)|help)\s+if\s+
        (?:{_SOMEBODY}|we\s+had|{_NAME}\s+(?:could|would))\b
    | \bmy\s+ask\s+(?:is|of|to)\b | \bi'd\s+be\s+(?:glad|grateful)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_THEY = (
    r"(?:they|she|he|(?-i:(?!(?:I|We|Could|Can|Would|Please|What|And|But|So|Then|Maybe|Also|Help|Any)\b)[A-Z]\w+)|"
    r"(?:the|their|her|his)\s+(?:\w+\s+){1,2}|the\s+customer|everyone\s+there|somebody\s+there|someone\s+there)"
)
_THEIR_WISH = re.compile(
    rf"""
      \b{_THEY}\s*(?:'s|'re|'ve|'d)?\s*(?:has\s+|have\s+|had\s+|is\s+|are\s+|also\s+|just\s+|keeps?\s+|would\s+|and\s+\w+\s+)*
        (?:ask(?:s|ed|ing)?|want(?:s|ed)?|need(?:s|ed)?|wonder(?:s|ed|ing)?|request(?:s|ed)?|said|says|like|love|
        wrote|writes|insist(?:s|ed)?|hope(?:s|d)?|expect(?:s|ed)?)\b
    | \b(?:asked|asking|asks|wonders|wondering|wants\s+to\s+know)\s+(?:us|me|if|whether|for|who|what|how)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_WISH = re.compile(
    r"\b(?:no|don't|do\s+not|didn't|doesn't|without|not)\s+(?:\w+\s+)?(?:need|help|want)\b"
    r"|\bplease\s+(?:find|see)\s+(?:\w+\s+){0,3}(?:below|attached|enclosed|here)\b"
    r"|\bthanks?\b.*\b(?:for|to)\b|\byou\s+(?:could|can)\s+(?:also\s+)?(?:see|say|tell)\b",
    re.IGNORECASE,
)
