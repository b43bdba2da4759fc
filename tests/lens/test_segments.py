"""Where the lens cuts."""

from __future__ import annotations

import pytest

from flows.lens.segments import cut


def pieces(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in cut(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there!", ["One here.", "Two there!"]),
        ("Met Dr. Lee at 9 a.m. on site.", ["Met Dr. Lee at 9 a.m. on site."]),
        ("Costs 4.5 per unit and v2.0 more.", ["Costs 4.5 per unit and v2.0 more."]),
        ("1. First thing\n2. Second thing", ["1. First thing", "2. Second thing"]),
        ('She said "we are done." Then left.', ['She said "we are done."', "Then left."]),
        ("Thanks all 🙏 They lost a shift", ["Thanks all 🙏", "They lost a shift"]),
        ("They lose a day a week, but we close soon.", ["They lose a day a week,", "but we close soon."]),
        ("Good, but no.", ["Good, but no."]),
        ("Budget confirmed, sending the quote.", ["Budget confirmed,", "sending the quote."]),
        ("- they audit in May\n\n- we send prices", ["- they audit in May", "- we send prices"]),
    ],
)
def test_a_text_is_cut_into_lines_sentences_and_clauses(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_clauses_remember_their_sentence_and_line() -> None:
    one, two, three, four = cut("They lose a day a week, but we close soon. Fine.\nNext.")
    assert one.sentence == two.sentence < three.sentence < four.sentence
    assert [piece.line for piece in (one, two, three, four)] == [0, 0, 0, 1]
