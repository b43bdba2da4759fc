"""What Slack's composer makes of text as typed: names, channels and addresses become references."""

import re
from collections.abc import Callable, Iterable

from sandbox.model import Channel, User

SPECIAL = {"channel", "here", "everyone"}

CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
ADDRESS = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)\]}'\"])"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<domain>(?<![\w.@-])(?:[\w-]+\.)+(?:com|org|net|io|dev|co|eu|de|uk|se)\b(?![\w.-]*@)(?:/[^\s<>]*[^\s<>.,;:!?)])?)"
    r"|(?P<mention>(?<![\w@])@(?P<who>[\w][\w.-]*(?: [\w.-]+)?))"
    r"|(?P<channel>(?<![\w#&])#(?P<where>[\w-]+))"
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(text: str, users: Iterable[User], channels: Iterable[Channel], *, labels: bool = False) -> str:
    """The text in Slack's encoding. With `labels` people are `<@U…|name>`, as slash commands have them."""
    people = {user.name: user for user in users} | {user.real_name.lower(): user for user in users}
    places = {channel.name: channel for channel in channels if channel.kind != "im"}

    def reference(found: re.Match[str]) -> str:
        if found["mention"]:
            return _mention(found["who"], people, labels) or escape(found[0])
        if found["channel"]:
            place = places.get(found["where"].lower())
            return f"<#{place.id}|{place.name}>" if place else escape(found[0])
        return _link(found)

    return _outside_code(text, lambda part: _encode(part, reference))


def _outside_code(text: str, encode: Callable[[str], str]) -> str:
    parts = CODE.split(text)
    return "".join(escape(part) if index % 2 else encode(part) for index, part in enumerate(parts))


def _encode(text: str, reference: Callable[[re.Match[str]], str]) -> str:
    pieces, at = [], 0
    for found in ADDRESS.finditer(text):
        pieces += [escape(text[at : found.start()]), reference(found)]
        at = found.end()
    return "".join(pieces) + escape(text[at:])


def _link(found: re.Match[str]) -> str:
    shown = escape(found[0])
    if found["url"]:
        return f"<{shown}>"
    return f"<mailto:{shown}|{shown}>" if found["email"] else f"<http://{shown}|{shown}>"


def _mention(typed: str, people: dict[str, User], labels: bool) -> str | None:
    """The longest name wins; what was typed after it stays text, such as the stop in "ask @lena."."""
    for length in range(len(typed), 0, -1):
        name, rest = typed[:length].lower(), typed[length:]
        if rest[:1].isalnum():
            continue
        if name in SPECIAL:
            return f"<!{name}>{escape(rest)}"
        if user := people.get(name):
            return (f"<@{user.id}|{user.name}>" if labels else f"<@{user.id}>") + escape(rest)
    return None
