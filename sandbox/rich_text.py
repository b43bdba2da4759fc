"""The `rich_text` block: what it may hold, and how Slack's client writes what people type into one.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. Lists are not made of what is typed, as Slack's
client does while one types: a line that begins with a bullet stays a line.
"""

import re
from collections.abc import Iterator

from sandbox.model import Json
from sandbox.shapes import Check, Problems, anything, by_type, integer, list_of, one_of, shape, string

WORDS: dict[str, dict[str, Check]] = {
    "text": {"text": string()},
    "link": {"url": string(3000, 1)},
    "user": {"user_id": string(None, 1)},
    "channel": {"channel_id": string(None, 1)},
    "usergroup": {"usergroup_id": string(None, 1)},
    "team": {"team_id": string(None, 1)},
    "broadcast": {"range": one_of("here", "channel", "everyone")},
    "emoji": {"name": string(None, 1)},
    "date": {"timestamp": integer, "format": string(None, 1)},
    "color": {"value": string()},
}
"""What a line is made of, and what each kind of it needs; what else Slack adds to them is taken as it is."""

MORE: dict[str, Check] = dict.fromkeys(
    ("style", "unicode", "skin_tone", "url", "text", "fallback", "timezone", "unsafe", "display_name"), anything
)
WORD = by_type({kind: shape({"type": string(), **needed}, MORE | needed) for kind, needed in WORDS.items()}, WORDS)


def part(kind: str, inner: Check, **more: Check) -> Check:
    return shape({"type": one_of(f"rich_text_{kind}"), "elements": list_of(inner, 1000, least=0)}, more)


SECTION = part("section", WORD)
PARTS = {
    "rich_text_section": SECTION,
    "rich_text_list": shape(
        {
            "type": string(),
            "style": one_of("bullet", "ordered"),
            "elements": list_of(by_type({"rich_text_section": SECTION}, ["rich_text_section"]), 1000),
        },
        {"indent": integer, "offset": integer, "border": integer},
    ),
    "rich_text_quote": part("quote", WORD, border=integer),
    "rich_text_preformatted": part("preformatted", WORD, border=integer, language=string()),
}
ELEMENTS = list_of(by_type(PARTS, PARTS), 1000)


def rich_text_problems(value: object, at: str) -> Problems:
    """A whole block where one is expected as a value, such as what a `rich_text_input` has in it at first."""
    yield from shape({"type": one_of("rich_text"), "elements": ELEMENTS}, {"block_id": string(255)})(value, at)


MARKS = {"*": "bold", "_": "italic", "~": "strike"}
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
QUOTED = re.compile(r"^&gt; ?")
PIECE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<reference>[^<>\n]+)>"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
    r"|(?<!\w)(?P<mark>[*_~])(?=\S)(?P<marked>(?:(?!(?P=mark)).)*?\S)(?P=mark)(?!\w)"
)

Style = dict[str, bool]


def rich_text(text: str) -> Json:
    """A text that is in Slack's encoding as Slack's client writes it."""
    elements: list[Json] = []
    for index, piece in enumerate(FENCE.split(text)):
        if index % 2:
            elements.append({"type": "rich_text_preformatted", "border": 0, "elements": [_text(piece, {})]})
        elif piece.strip("\n"):
            elements += _paragraphs(piece.strip("\n"))
    return {"type": "rich_text", "elements": elements}


def _paragraphs(text: str) -> Iterator[Json]:
    """Lines that are quoted, and lines that are not, in turn."""
    together: list[str] = []
    quoted = False
    for line in text.split("\n"):
        if together and bool(QUOTED.match(line)) != quoted:
            yield _paragraph(together, quoted)
            together = []
        quoted = bool(QUOTED.match(line))
        together.append(QUOTED.sub("", line))
    yield _paragraph(together, quoted)


def _paragraph(lines: list[str], quoted: bool) -> Json:
    kind = "rich_text_quote" if quoted else "rich_text_section"
    return {"type": kind, "elements": list(_words("\n".join(lines), {}))}


def _words(text: str, style: Style) -> Iterator[Json]:
    at = 0
    for found in PIECE.finditer(text):
        if found.start() > at:
            yield _text(text[at : found.start()], style)
        yield from _word(found, style)
        at = found.end()
    if at < len(text):
        yield _text(text[at:], style)


def _word(found: re.Match[str], style: Style) -> Iterator[Json]:
    if found["code"]:
        yield _text(found["code"], style | {"code": True})
    elif found["reference"]:
        yield _reference(found["reference"]) | ({"style": style} if style else {})
    elif found["emoji"]:
        yield {"type": "emoji", "name": found["emoji"]} | ({"style": style} if style else {})
    else:
        yield from _words(found["marked"], style | {MARKS[found["mark"]]: True})


def _reference(inside: str) -> Json:
    target, _, label = inside.partition("|")
    match target[0]:
        case "@":
            return {"type": "user", "user_id": target[1:]}
        case "#":
            return {"type": "channel", "channel_id": target[1:]}
        case "!":
            return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": _plain(target)} | ({"text": _plain(label)} if label else {})


def _text(text: str, style: Style) -> Json:
    return {"type": "text", "text": _plain(text)} | ({"style": style} if style else {})


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
