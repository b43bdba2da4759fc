"""Requests that nobody should send, made by hypothesis from those that Slack sends."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.http import LONGEST_BODY
from sandbox.people import SIGNING_SECRET, TEAM_ID
from sandbox.request_url import signature
from tests.fuzz.recording import Recorded

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
OTHER_TEAM = "T0OTHER"
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Sent:
    """A request, and to which `group` of the report it belongs; `signed` is how.

    `offset` is how far its time is from now, in seconds.
    """

    group: str
    body: bytes
    content_type: str = JSON
    signed: str = "by slack"
    offset: int = 0
    method: str = "POST"
    path: str = "/slack/events"
    extra: tuple[tuple[str, str], ...] = field(default=())

    def headers(self) -> dict[str, str]:
        """The headers as of now."""
        timestamp = str(int(time.time()) + self.offset)
        text = self.body.decode("utf-8", "replace")
        by_kind: dict[str, Callable[[], str]] = {
            "by slack": lambda: signature(SIGNING_SECRET, timestamp, text),
            "by another": lambda: signature("another-secret", timestamp, text),
            "for another body": lambda: signature(SIGNING_SECRET, timestamp, text + " "),
            "for another time": lambda: signature(SIGNING_SECRET, str(int(timestamp) - 1), text),
            "by half": lambda: signature(SIGNING_SECRET, timestamp, text)[:40],
            "in capitals": lambda: signature(SIGNING_SECRET, timestamp, text).upper(),
            "with nonsense": lambda: "v0=ü",
        }
        made = {"Content-Type": self.content_type, "X-Slack-Request-Timestamp": timestamp}
        if self.signed in by_kind:
            made["X-Slack-Signature"] = by_kind[self.signed]()
        return {**made, **dict(self.extra)}


def encoded(recorded: Recorded, body: Any) -> tuple[bytes, str]:
    """A payload as Slack would send it, whatever is in it, and its content type."""
    if recorded.kind == "events_api":
        return json.dumps(body).encode(), JSON
    if recorded.kind == "interactive":
        return urlencode({"payload": json.dumps(body)}).encode(), FORM
    flat = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return urlencode(flat, errors="surrogatepass").encode(), FORM


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Where something stands in a payload, at any depth."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*before, name)
        yield from paths(each, (*before, name))


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


SAMPLES: Sequence[Any] = (
    None, True, 0, -1, 2**70, 1e308, float("nan"), "", " ", "0", "-1", "9" * 30, "9" * 400, "\x00", "\ud800", "\u202e",
    "x" * 5_000, "ü" * 40_000, OTHER_TEAM, "C0GENERAL", "G0FORECAST", "U0NOBODY", "1.000001", "9" * 12 + ".000001",
    "<!channel>", "%00", "'; DROP TABLE deal; --", "2026-02-30", "::", "1:2:3", "1|2", [], {}, [[]], [{}], {"id": 7},
    {"id": None}, {"values": {"a": {"value": {"value": 7}}}}, deep(50), deep(400),
)  # fmt: skip
"""What stands at the edges of what can be."""

ANYTHING = st.one_of(
    st.sampled_from(SAMPLES),
    st.integers(),
    st.text(st.characters(), max_size=20),
    st.recursive(st.none() | st.booleans() | st.integers(), lambda each: st.lists(each, max_size=2), max_leaves=4),
)


NUMBERS = map("{:09}".format, itertools.count())
"""Make each request one of its own, and none longer: what is signed twice in a second is let in once."""


def changed(body: Any, path: Path, how: str, value: Any) -> Any:
    """A copy with something else at a path, without it, or with something beside it."""
    head, *rest = path
    inside = list(body) if isinstance(body, list) else dict(body)
    if rest:
        inside[head] = changed(inside[head], tuple(rest), how, value)
    elif how == "drop":
        del inside[head]
    elif how == "add" and isinstance(inside, dict):
        inside[f"{head}_more"] = value
    else:
        inside[head] = value
    return inside


@dataclass(frozen=True)
class Change:
    """One thing in one place of one payload."""

    recorded: Recorded
    path: Path
    how: str
    value: Any

    def sent(self) -> Sent:
        body = changed(self.recorded.body, self.path, self.how, self.value)
        return Sent("every field", *encoded(self.recorded, body))


def sweep(recorded: Sequence[Recorded]) -> Iterator[Change]:
    """Everything at the edges, and nothing, in every place of every payload."""
    for each in recorded:
        for path in paths(each.body):
            yield Change(each, path, "drop", None)
            for value in SAMPLES:
                yield Change(each, path, "set", value)


def mutated(recorded: Sequence[Recorded]) -> SearchStrategy[Sent]:
    """Signed by Slack, and yet with anything anywhere."""
    places = [(each, tuple(paths(each.body))) for each in recorded]

    @st.composite
    def mutate(draw: DrawFn) -> Sent:
        each, where = draw(st.sampled_from(places))
        body = {**each.body, "nonce": next(NUMBERS)}
        for path in draw(st.lists(st.sampled_from(where), max_size=3, unique=True)):
            how = draw(st.sampled_from(("set", "set", "drop", "add")))
            try:
                body = changed(body, path, how, draw(ANYTHING))
            except (LookupError, TypeError, ValueError):  # the place is gone with a change before
                continue
        data, kind = encoded(each, body)
        if draw(st.integers(0, 9)) == 0 and data:
            at = draw(st.integers(0, len(data) - 1))
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        kind = draw(st.sampled_from((kind, kind, kind, kind, JSON, FORM, "text/plain", "multipart/form-data", "")))
        extra = draw(st.sampled_from(EXTRA))
        return Sent("mutated", data, kind, extra=extra)

    return mutate()


EXTRA: Sequence[tuple[tuple[str, str], ...]] = (
    (), (), (), (),
    (("X-Slack-Retry-Num", "1"), ("X-Slack-Retry-Reason", "http_timeout")),
    (("X-Slack-Retry-Num", "many"),),
    (("X-Slack-Bolt-Lazy-Only", "1"), ("X-Slack-Bolt-Lazy-Function-Name", "on_command")),
    (("Content-Encoding", "gzip"),),
)  # fmt: skip


def refused(recorded: Sequence[Recorded]) -> SearchStrategy[Sent]:
    """Of which nothing may stay: unsigned, stale, malformed, of another workspace, or at another door."""
    whole = [(each, *encoded(each, each.body)) for each in recorded]
    objects = [(each, data, kind) for each, data, kind in whole if each.kind != "slash_commands"]

    def plain(group: str, **how: Any) -> SearchStrategy[Sent]:
        return st.sampled_from(whole).map(lambda one: Sent(group, one[1], one[2], **how))

    forged = ("by another", "for another body", "for another time", "by half", "in capitals", "with nonsense", "not")
    unsigned = st.sampled_from(forged).flatmap(lambda signed: plain("unsigned", signed=signed))
    stale = st.integers(302, 10**9).flatmap(
        lambda seconds: st.sampled_from((1, -1)).flatmap(lambda sign: plain("stale", offset=sign * seconds))
    )
    elsewhere = st.tuples(st.sampled_from(("GET", "PUT", "DELETE", "PATCH")), st.just("/slack/events")) | st.tuples(
        st.just("POST"), st.sampled_from(("/", "/slack", "/slack/events/x", "/healthz", "/slack/install"))
    )
    other_door = elsewhere.flatmap(lambda at: plain("another door", method=at[0], path=at[1]))
    return st.one_of(
        unsigned, unsigned, stale, malformed(objects), malformed(objects), another_team(recorded), other_door
    )


def malformed(objects: Sequence[tuple[Recorded, bytes, str]]) -> SearchStrategy[Sent]:
    """Signed, and no payload at all."""

    @st.composite
    def malform(draw: DrawFn) -> Sent:
        each, _, kind = draw(st.sampled_from(objects))
        text = json.dumps(each.body)
        how = draw(st.sampled_from(("cut", "bytes", "nothing like it", "deep", "twice", "no kind", "extra")))
        if how == "cut":
            return Sent("malformed", _payload(each, text[: draw(st.integers(1, len(text) - 1))]), kind)
        if how == "bytes":
            return Sent("malformed", draw(st.binary(max_size=200)) + b"\xff", kind)
        if how == "nothing like it":
            value = json.dumps(draw(ANYTHING.filter(lambda value: not isinstance(value, dict))))
            return Sent("malformed", _payload(each, value), kind)
        if how == "deep":
            levels = draw(st.integers(1_000, 100_000))
            return Sent("malformed", _payload(each, '{"type": "event_callback", "event": ' + "[" * levels), kind)
        if how == "twice":
            return Sent("malformed", _payload(each, f'{text[:-1]}, "type": {json.dumps(draw(st.integers()))}}}'), kind)
        if how == "no kind":
            return Sent("malformed", *encoded(each, {**each.body, "type": draw(st.sampled_from((None, 7, [], {})))}))
        return Sent("malformed", _payload(each, text + draw(st.sampled_from(("}", "x", text)))), kind)

    return malform()


def _payload(recorded: Recorded, text: str) -> bytes:
    if recorded.kind == "events_api":
        return text.encode()
    return urlencode({"payload": text}).encode()


def another_team(recorded: Sequence[Recorded]) -> SearchStrategy[Sent]:
    """As Slack would send it of a workspace that the bot is not installed in, with ids of ours."""

    @st.composite
    def move(draw: DrawFn) -> Sent:
        each = draw(st.sampled_from(recorded))
        other = draw(st.sampled_from((OTHER_TEAM, "T", "E0OTHER", "T0LOCAL2", "t0local")))
        body = json.loads(json.dumps(each.body).replace(f'"{TEAM_ID}"', json.dumps(other)))
        return Sent("another team", *encoded(each, {**body, "nonce": next(NUMBERS)}))

    return move()


def huge() -> Sent:
    return Sent("huge", b'{"type": "' + b"x" * LONGEST_BODY + b'"}')


def again(sent: Sent, headers: dict[str, str]) -> Sent:
    """A request byte for byte as it was sent before, as somebody would who had listened."""
    return replace(sent, group="replayed", signed="as it was", extra=tuple(headers.items()))
