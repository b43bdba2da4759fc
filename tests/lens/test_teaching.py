"""What corrections do to a reading: like lines follow, unlike ones do not, and nobody can break the lens with them."""

from __future__ import annotations

import pytest

from flows.lens import Correction, Label, read
from flows.lens.network import STORIES, shipped
from flows.lens.teaching import likeness
from tests.lens.lines import QUOTES, UNLIKE

OTHERS = {Label.US: Label.CUSTOMER, Label.CUSTOMER: Label.US, Label.GAP: Label.CUSTOMER, Label.OTHER: Label.US}


def label(text: str, *taught: Correction) -> Label:
    """How the lens reads a line that is one."""
    (span,) = read("opening", text, taught).spans
    return span.label


def opposite(text: str) -> Label:
    """A label that the lens by itself does not give a line."""
    return OTHERS[label(text)]


def all_as(said: Label, *lines: str) -> list[Correction]:
    return [Correction(line, said) for line in lines]


def alike(line: str, other: str) -> float:
    """How much a correction of the other line says about a line: 0 for nothing, 1 for all."""
    vectors = shipped().look(line, [0]).vectors
    return float(likeness(shipped(), [line], vectors, [Correction(other, Label.OTHER)])[0, 0])


# What they change


@pytest.mark.parametrize("line", [*QUOTES, *UNLIKE])
def test_one_correction_is_enough_for_the_same_line(line: str) -> None:
    said = opposite(line)
    assert label(line, Correction(line, said)) is said


def test_the_same_line_is_known_again_among_others() -> None:
    text = f"{UNLIKE[0]} {QUOTES[0]}\n{UNLIKE[3]}"
    before, after = read("opening", text), read("opening", text, all_as(Label.OTHER, QUOTES[0]))
    assert [*after.lines(Label.OTHER)] == [QUOTES[0]]
    assert set(after.spans) - set(before.spans) == {after.spans[1]}


@pytest.mark.parametrize("last", range(len(QUOTES)))
def test_ten_corrections_of_one_kind_change_the_eleventh(last: int) -> None:
    eleventh, said = QUOTES[last], opposite(QUOTES[last])
    assert label(eleventh, *all_as(said, *QUOTES[:last], *QUOTES[last + 1 :])) is said


def test_ten_corrections_of_one_kind_change_no_other_kind() -> None:
    taught = all_as(opposite(QUOTES[0]), *QUOTES)
    for line in UNLIKE:
        assert read("opening", line, taught) == read("opening", line)


def test_lines_of_one_kind_are_alike_and_of_different_kinds_hardly() -> None:
    like = [alike(line, other) for line in QUOTES for other in QUOTES if line != other]
    unlike = [alike(line, other) for line in UNLIKE for other in QUOTES]
    assert all(alike(line, line) == 1 for line in (*QUOTES, *UNLIKE))
    assert sum(each > 0 for each in like) > 0.6 * len(like)
    assert sum(each > 0 for each in unlike) < 0.05 * len(unlike)
    assert max(unlike) < 0.2


# What they cannot do


def test_as_many_corrections_each_way_leave_a_reading_as_it_was() -> None:
    taught = [*all_as(Label.CUSTOMER, *QUOTES[:5]), *all_as(Label.US, *QUOTES[:5])]
    for line in QUOTES:
        assert read("opening", line, taught) == read("opening", line)


def test_corrections_of_like_lines_that_contradict_each_other_turn_none() -> None:
    taught = [*all_as(Label.CUSTOMER, *QUOTES[:10:2]), *all_as(Label.US, *QUOTES[1:10:2])]
    assert label(QUOTES[10], *taught) is label(QUOTES[10])


def test_two_hundred_hostile_corrections_reach_no_unlike_line() -> None:
    for said in (Label.CUSTOMER, Label.GAP, Label.OTHER):
        taught = all_as(said, *(f"We sent quote number {n} to their buyer on day {n % 30}." for n in range(200)))
        for line in UNLIKE:
            assert read("opening", line, taught) == read("opening", line)


def test_many_hardly_like_lines_do_not_outvote_a_few_of_the_same() -> None:
    said = opposite(QUOTES[0])
    hostile = all_as(Label.OTHER, *(f"Quote number {n} is under way, says the archive." for n in range(200)))
    assert label(QUOTES[0], *hostile, *all_as(said, QUOTES[0])) is said


@pytest.mark.parametrize("line", ["", " ", "\x00", "🎉", "x" * 5000, "<!channel>", "\ud800", "。" * 300])
def test_a_correction_of_anything_at_all_breaks_nothing(line: str) -> None:
    taught = [Correction(line, Label(story)) for story in STORIES]
    text = " ".join(UNLIKE)
    assert read("opening", text, taught) == read("opening", text)
    assert read("opening", line, taught).text == line


def test_the_order_of_corrections_makes_no_difference() -> None:
    taught = [*all_as(Label.CUSTOMER, *QUOTES[:6]), *all_as(Label.GAP, *QUOTES[6:9])]
    assert label(QUOTES[10], *taught) is label(QUOTES[10], *reversed(taught))
