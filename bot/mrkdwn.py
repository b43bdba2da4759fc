"""Slack's text encoding: decoded on the way in, encoded on the way out, so that typed words mean only themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_MARK_AT_AN_EDGE = re.compile(r"(?<![^\W_])[*_~`]+|[*_~`]+(?![^\W_])")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
_OUR_MARK = re.compile(rf"(?<!{ZERO_WIDTH})(?:(?<!\w)[*_~`]|[*_~`](?!\w))(?!{ZERO_WIDTH})")


def decode(text: str, name_of: Callable[[str], str]) -> str:
    """The words a person sees in Slack, from the text Slack sends.

    Mentions become names (`name_of` gives a person's by id), links their address and label, entities the signs they
    stand for.
    """

    def shown(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target.startswith("@"):
            return "@" + (name_of(target[1:]) or label or target[1:])
        if target.startswith("#"):
            return "#" + (label or target[1:])
        if target.startswith("!"):
            return label or "@" + target[1:].partition("^")[0]
        if not label or label in target:
            return target.removeprefix("mailto:")
        return f"{label} ({target})"

    plain = _LINK.sub(shown, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return cleaned(plain)


def cleaned(text: str) -> str:
    """What a person typed without what no person types: control characters, zero-width spaces, a turn of direction.

    Right-to-left writing needs no such turn; with one, words after it would be shown backwards.
    """
    return _UNWANTED.sub("", text.replace("\r\n", "\n")).strip()


def encode(text: str) -> str:
    """A person's words as Slack shows them literally: they mention nobody, link nothing and start no formatting.

    A mark that could open or close bold, italics, a strike or code gets a zero-width space beside it.
    """
    escaped = _UNWANTED.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARK_AT_AN_EDGE.sub(lambda marks: ZERO_WIDTH + ZERO_WIDTH.join(marks[0]) + ZERO_WIDTH, escaped)


def encoded(value: Any) -> Any:
    """A copy of plain data with every string in it encoded, at any depth."""
    if isinstance(value, str):
        return encode(value)
    if isinstance(value, Mapping):
        return {key: encoded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [encoded(each) for each in value]
    return value


def plain(text: str) -> str:
    """An encoded value as it was, for the places where Slack reads no mrkdwn: labels, options, initial values."""
    return text.replace(ZERO_WIDTH, "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def unformatted(text: str) -> str:
    """A rendered text as one reads it, for the places that show no mrkdwn: links by their label, marks left out."""
    named = _LINK.sub(lambda link: link[2] or ("its channel" if link[1].startswith("#") else link[1]), text)
    return plain(_OUR_MARK.sub("", named))


def shorten(text: str, most: int) -> str:
    """At most `most` characters of an encoded value, cut between words and never inside an entity or a link of ours."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if "<" in cut[cut.rfind(">") + 1 :]:
        cut = cut[: cut.rfind("<")]
    words = cut.rsplit(None, 1)[0] if len(cut.split()) > 1 else cut
    return re.sub(r"&[a-z]{0,3}$", "", words).rstrip() + "…"
