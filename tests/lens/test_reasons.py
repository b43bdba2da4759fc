"""Why a line was read as it was: the words that speak for it, what it was torn between, and who taught it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.lens import Correction, Label, Reason, Span, read, reason
from tests.lens.lines import QUOTES, UNLIKE


def only(text: str, *taught: Correction) -> tuple[Span, Reason]:
    """How a line that is one is read, and why."""
    (span,) = read("opening", text, taught).spans
    return span, reason(text, span, taught)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We sent them the revised quote.", "quote"),
        ("Closing this month, 120k ARR.", "ARR"),
        ("The inspector fined them 90k.", "fined"),
        ("Every night two nurses stay an hour longer.", "nurses"),
        ("No idea, haven't asked.", "idea"),
        ("Thanks all.", "Thanks"),
    ],
)
def test_a_plain_line_is_explained_by_a_word_that_a_person_would_name(text: str, word: str) -> None:
    assert word in only(text)[1].words


@pytest.mark.parametrize("text", [*QUOTES, *UNLIKE])
def test_the_words_are_a_few_of_the_line_in_its_order(text: str) -> None:
    words = only(text)[1].words
    assert len(words) <= 3
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_a_line_among_others_is_explained_by_its_own_words() -> None:
    text = f"{UNLIKE[0]} {QUOTES[0]} {UNLIKE[4]}"
    for span in read("opening", text).spans:
        line = text[span.start : span.end]
        assert all(word in line for word in reason(text, span).words)


def test_a_line_in_another_language_is_strange() -> None:
    span, why = only("現場の作業員は毎日二時間を紙の記録に費やしている。")
    assert span.label is Label.UNCLEAR
    assert why == Reason((), None, 0, strange=True)


def test_an_unclear_line_was_torn_between_two_labels() -> None:
    span, _ = only(QUOTES[0])
    why = reason(QUOTES[0], replace(span, label=Label.UNCLEAR))
    assert why.torn and why.torn[0] is span.label and why.torn[1] not in (span.label, Label.UNCLEAR)
    assert why.words == ()


def test_corrections_of_like_lines_that_say_so_are_counted_and_no_others() -> None:
    said = [Correction(line, Label.CUSTOMER) for line in QUOTES[1:10]]
    besides = [Correction(QUOTES[10], Label.GAP), *(Correction(line, Label.CUSTOMER) for line in UNLIKE)]
    span, why = only(QUOTES[0], *said, *besides)
    assert span.label is Label.CUSTOMER
    assert 3 <= why.taught <= 9
    assert only(QUOTES[0])[1].taught == 0


def test_what_this_lens_would_not_have_read_so_has_no_words() -> None:
    span, _ = only(QUOTES[0])
    assert reason(QUOTES[0], replace(span, label=Label.GAP)).words == ()


def test_a_very_long_line_is_explained_all_the_same() -> None:
    text = "We sent the revised quote and then we sent it again " * 240
    for span in read("opening", text).spans[:2]:
        assert reason(text, span).words


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.sampled_from(Label), st.data())
def test_any_part_of_any_text_has_a_reason_whoever_read_it(text: str, label: Label, data: st.DataObject) -> None:
    if not text.strip():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if text[start:end].strip():
        found = reason(text, Span(start, end, label, 0.9), [Correction(text, Label.US)])
        assert (found.torn is not None) == (label is Label.UNCLEAR and not found.strange)
