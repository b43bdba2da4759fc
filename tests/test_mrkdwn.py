"""Slack's encoding: whatever a person typed means only itself, and comes back as it was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.mrkdwn import ZERO_WIDTH, decode, encode, encoded, plain, shorten

NAMES = {"U0LENA": "lena", "U0MAYA": "maya"}
ENTITY = re.compile(r"&(?:amp|lt|gt);")

typed = (
    st.text(max_size=60)
    | st.text(alphabet="ab *_~`<>&;|@!#\n\r\x00\u200b", max_size=60)
    | st.from_regex(r"<[@#!]\w*(\|\w*)?>|&\w{2,4};")
)


def read(text: str) -> str:
    return decode(text, lambda person: NAMES.get(person, ""))


def visible(text: str) -> str:
    """What of a text a person can have typed and see."""
    unseen = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
    return re.sub(unseen, "", text).replace("\r\n", "\n").strip()


# On the way out


@given(typed)
@example("<!channel> & <@U0LENA> &lt;")
def test_nothing_that_was_typed_can_open_a_mention_a_link_or_an_entity(text: str) -> None:
    out = encode(text)
    assert "<" not in out
    assert ">" not in out
    assert "&" not in ENTITY.sub("", out)


@given(typed)
@example("&amp;lt;")
def test_what_was_typed_is_what_is_read_again(text: str) -> None:
    assert read(encode(text)) == visible(text)
    assert plain(encode(text)).replace("\r\n", "\n").strip() == visible(text)


@given(st.text(alphabet="ab .*~`", max_size=12))
@example("*bold*")
@example("a ~b~ `c`")
def test_a_mark_that_could_open_or_close_formatting_has_no_letter_beside_it(text: str) -> None:
    for mark in re.finditer(r"[*~`]", out := encode(text)):
        before, after = out[: mark.start()][-1:], out[mark.end() :][:1]
        within_a_word = re.search(r"[a-b][*~`]+$", out[: mark.end()]) and re.match(r"[*~`]*[a-b]", out[mark.end() :])
        assert within_a_word or (before == after == ZERO_WIDTH), out


@pytest.mark.parametrize("text", ["x_*bold*_x", "a_~gone~_b"])
def test_a_mark_beside_an_underscore_opens_nothing_either(text: str) -> None:
    assert not re.search(r"(?<![^\W_])[*~](?=\w)", encode(text))


@settings(max_examples=30)
@given(
    st.recursive(
        typed | st.none() | st.integers(), lambda each: st.lists(each) | st.dictionaries(typed, each), max_leaves=6
    )
)
def test_data_is_encoded_at_any_depth_and_keeps_its_shape(data: object) -> None:
    assert encoded(data) == _each(data)


def _each(data: object) -> object:
    if isinstance(data, str):
        return encode(data)
    if isinstance(data, list):
        return [_each(each) for each in data]
    return {key: _each(each) for key, each in data.items()} if isinstance(data, dict) else data


# Cut to length


@given(typed, st.integers(min_value=1, max_value=40))
@example("&&&&&&&&", 7)
@example("a &lt;", 5)
def test_a_shortened_text_is_short_and_no_entity_in_it_is_cut(text: str, most: int) -> None:
    out = shorten(encode(text), most)
    assert len(out) <= most
    assert "&" not in ENTITY.sub("", out)
    assert out == encode(text) or out.endswith("…")


@given(st.lists(st.text(alphabet="abc&<", min_size=1, max_size=6), min_size=3), st.integers(min_value=8, max_value=40))
def test_a_shortened_text_is_the_beginning_of_the_whole(words: list[str], most: int) -> None:
    whole = encode(" ".join(words))
    assert whole.startswith(shorten(whole, most).removesuffix("…"))


def test_a_text_is_cut_between_words_where_it_has_some() -> None:
    assert shorten("Their board meets in December", 15) == "Their board…"
    assert shorten("Supercalifragilistic", 10) == "Supercali…"
    assert shorten("Their board", 11) == "Their board"
    assert shorten("Alder, <https://a.slack.com/archives/C1/p1|North wind>, Quill", 50) == "Alder,…"


# On the way in


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("Ask <@U0LENA>", "Ask @lena"),
        ("Ask <@U0LENA|lena.b>", "Ask @lena"),
        ("Ask <@U0NOBODY|sam>", "Ask @sam"),
        ("Ask <@U0NOBODY>", "Ask @U0NOBODY"),
        ("In <#C0DEALS|deals>", "In #deals"),
        ("In <#C0DEALS>", "In #C0DEALS"),
        ("<!channel> <!here> <!everyone>", "@channel @here @everyone"),
        ("<!subteam^S1|@sales>", "@sales"),
        ("<!subteam^S1>", "@subteam"),
        ("<!date^1392734382^Posted {date}|Posted 18 Feb>", "Posted 18 Feb"),
        ("<https://a.example/b?c=1&amp;d=2>", "https://a.example/b?c=1&d=2"),
        ("<http://a.example|a.example>", "http://a.example"),
        ("<https://a.example|the plan>", "the plan (https://a.example)"),
        ("<mailto:ruth@a.example|ruth@a.example>", "ruth@a.example"),
        ("3 &lt; 4 &amp;&amp; 5 &gt; 4", "3 < 4 && 5 > 4"),
        ("&amp;lt;", "&lt;"),
        ("a\r\nb\rc", "a\nb\rc"),
        ("  \n a \n ", "a"),
        ("a < b <> c", "a < b <> c"),
        ("", ""),
    ],
)
def test_a_message_is_read_as_people_see_it(sent: str, seen: str) -> None:
    assert read(sent) == seen


@given(st.text())
def test_any_text_at_all_can_be_read_and_holds_no_sign_that_nobody_types(text: str) -> None:
    assert read(text) == visible(read(text))


def test_a_name_that_looks_like_an_entity_or_a_mention_stays_a_name() -> None:
    assert decode("Ask <@U1>", lambda person: "<!channel>") == "Ask @<!channel>"
    assert "<" not in encode(decode("Ask <@U1>", lambda person: "<!channel>"))
