"""Small checkers that add up to Block Kit: each looks at one value and says what is wrong with it, and where.

A problem reads as Slack writes it: ``must be less than 76 characters [json-pointer:/blocks/0/text/text]``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Problems = Iterator[str]
Check = Callable[[Any, str], Problems]


def problem(sentence: str, at: str) -> str:
    return f"{sentence} [json-pointer:{at}]"


def anything(value: Any, at: str) -> Problems:
    yield from ()


def boolean(value: Any, at: str) -> Problems:
    if not isinstance(value, bool):
        yield problem("must be a boolean", at)


def integer(value: Any, at: str) -> Problems:
    if not isinstance(value, int) or isinstance(value, bool):
        yield problem("must be an integer", at)


def between(least: int, most: int | None = None) -> Check:
    def check(value: Any, at: str) -> Problems:
        yield from integer(value, at)
        if isinstance(value, int) and (value < least or (most is not None and value > most)):
            yield problem(f"must be at least {least}" + (f" and at most {most}" if most is not None else ""), at)

    return check


def string(most: int | None = None, least: int = 0) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield problem("must be a string", at)
        elif most is not None and len(value) > most:
            yield problem(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", at)

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Problems:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(allowed)}", at)

    return check


def list_of(item: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield problem("must be an array", at)
            return
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", at)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def shape(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    *,
    any_of: Iterable[str] = (),
) -> Check:
    """An object with these keys and no others; with `any_of`, at least one of those."""
    needed, known = required or {}, {**(required or {}), **(optional or {})}
    alternatives = tuple(any_of)

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
            return
        for key in needed:
            if value.get(key) is None:
                yield problem(f"missing required field: {key}", at)
        if alternatives and not any(value.get(key) is not None for key in alternatives):
            yield problem(f"missing required field: {' or '.join(alternatives)}", at)
        for key, inner in value.items():
            if key not in known:
                yield problem(f"invalid additional property: {key}", at)
            elif inner is not None:
                yield from known[key](inner, f"{at}/{key}")

    return check


def by_type(kinds: Mapping[str, Check], allowed: Iterable[str]) -> Check:
    """An object whose `type` chooses its checker among those allowed in this place."""
    permitted = frozenset(allowed)

    def check(value: Any, at: str) -> Problems:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in kinds or kind not in permitted:
            yield problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check
