"""What the lens promises about any text, and what it says of plain ones."""

from __future__ import annotations

import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.lens import Label, Leaning, Reading, Span, read
from tests.lens.foreign import GERMAN, SPANISH

QUESTIONS = st.sampled_from(["opening", "why_change", "people", "next_step", "no such question", ""])
PLAIN = "they we our CFO loses 40k, so but and close. Friday! no idea? Stage: a.m. Dr. 2. ..."
ODD = ["\n", "—", "-", "•", ";", "🎉", "\ud800", "\x00", "\u2028", "。", ">", "|"]
WORDS = st.sampled_from(PLAIN.split() + ODD)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=80)  # lone surrogates and controls too
NEARLY_ENGLISH = st.lists(WORDS, max_size=40).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(QUESTIONS, ANYTHING | NEARLY_ENGLISH)
@example("opening", "\x1c\u2029\u3000")
@example("opening", "a\ud83d b\ude00")
def test_spans_are_in_order_and_cover_every_character_that_is_not_space(question: str, text: str) -> None:
    reading = read(question, text)
    covered = 0
    for span in reading.spans:
        assert span.start < span.end <= len(text)
        assert text[covered : span.start].strip() == ""
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert 0.0 <= span.confidence <= 1.0
        covered = span.end
    assert text[covered:].strip() == ""
    assert reading.leaning in Leaning


@settings(deadline=None, max_examples=30)
@given(QUESTIONS, NEARLY_ENGLISH)
def test_the_same_text_reads_the_same_twice(question: str, text: str) -> None:
    assert read(question, text) == read(question, text)


def test_many_threads_read_the_same() -> None:
    text = "They lose a truckload a week to spoilage. We close on Friday. No idea who decides."
    expected, found = read("opening", text), list[Reading]()
    threads = [threading.Thread(target=lambda: found.append(read("opening", text))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 16


@pytest.mark.parametrize("text", ["", " \n\t ", "🎉🎉", "...", "ok", "it's fine", "same as always", "things are slow"])
def test_an_answer_that_says_nothing_is_empty(text: str) -> None:
    assert read("why_change", text).leaning is Leaning.EMPTY


@pytest.mark.parametrize("text", ["they need to be more efficient", "it hurts them", "They want better reporting."])
def test_a_vague_customer_story_is_empty(text: str) -> None:
    assert read("why_change", text).leaning is Leaning.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "Their lease runs out on 31 March and the auditor wants the new warehouse fire-safe before then.",
        "Every night two nurses stay an hour longer because the old system can't print the lists.",
        "If they do nothing, they lose the licence in October and 40 people lose their jobs.",
        "The board meets on the 14th and the operations director has to defend the cost to them.",
        "Their drivers still write hours on paper and payroll is wrong every month.",
    ],
)
def test_plain_customer_stories_are_about_the_customer(text: str) -> None:
    assert read("opening", text).leaning is Leaning.ABOUT_CUSTOMER


@pytest.mark.parametrize(
    "text",
    [
        "Closing this month, 120k ARR, just waiting on the order form.",
        "The CFO loves our roadmap and will sign by Friday.",
        "Demo on Tuesday, then we send the proposal.",
        "We are ahead of the competition on price and our champion is pushing the contract through legal.",
        "Forecast is commit, I can give another 10% discount to get it in before quarter end.",
    ],
)
def test_plain_stories_of_our_sale_are_about_us(text: str) -> None:
    assert read("opening", text).leaning is Leaning.ABOUT_US


@pytest.mark.parametrize(
    "text", ["no idea, haven't asked", "I don't know who decides.", "Nobody has told me what happens then."]
)
def test_an_admission_is_not_known(text: str) -> None:
    assert read("decision_path", text).leaning is Leaning.NOT_KNOWN


def test_a_mixed_sentence_is_split_where_the_story_changes() -> None:
    text = "They lose a truckload a week to spoilage, so we should be able to close it this quarter."
    reading = read("why_change", text)
    assert list(reading.lines(Label.CUSTOMER)) == ["They lose a truckload a week to spoilage,"]
    assert list(reading.lines(Label.US)) == ["so we should be able to close it this quarter."]


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Mitarbeiter verlieren jeden Tag zwei Stunden mit der manuellen Erfassung der Lieferscheine.",
        "Le directeur financier veut réduire les coûts avant la fin de l'année.",
        "現場の作業員は毎日二時間を紙の記録に費やしている。",
    ],
)
def test_another_language_is_unclear_and_not_guessed_at(text: str) -> None:
    assert {span.label for span in read("opening", text).spans} == {Label.UNCLEAR}


@pytest.mark.parametrize("sign", ["🎉", "\ud800", "⚠️", "\x07"])
def test_a_sign_that_is_no_word_changes_nothing(sign: str) -> None:
    text = "Their board meets on 11 December and has to approve anything above 50k."
    plain, adorned = read("decision_path", text).spans, read("decision_path", f"{sign} {text}").spans
    assert [span.label for span in adorned if span.end > 3] == [span.label for span in plain]


def test_a_very_long_answer_is_read_to_its_end() -> None:
    text = "They lose a day each week to paper. We sent the quote again. " * 200
    reading = read("opening", text)
    assert reading.spans[-1].end == len(text.rstrip())
    assert {span.label for span in reading.spans[-4:]} == {Label.CUSTOMER, Label.US}


def _reading(*parts: tuple[str, Label]) -> Reading:
    spans, text = [], ""
    for words, label in parts:
        start = len(text)
        text += words + "\n"
        spans.append(Span(start, start + len(words), label, 0.9))
    return Reading(tuple(spans), text)


def test_leaning_weighs_words_and_not_spans() -> None:
    ours = ("Proposal went out Monday and legal signs Friday", Label.US)
    theirs = ("Scrap costs them 8%", Label.CUSTOMER)
    assert _reading(ours, theirs).leaning is Leaning.ABOUT_US
    assert _reading(theirs, theirs, ours).leaning is Leaning.ABOUT_CUSTOMER
    assert _reading(("Thanks all, see the notes", Label.OTHER)).leaning is Leaning.EMPTY
    assert _reading(("Quelque chose d'autre arrive bientôt", Label.UNCLEAR), theirs).leaning is Leaning.UNCLEAR
    assert _reading(("nobody knows who pays for it", Label.GAP), theirs).leaning is Leaning.NOT_KNOWN


@pytest.mark.parametrize("text", [*GERMAN, *SPANISH])
def test_nothing_is_told_of_an_answer_in_another_language(text: str) -> None:
    """But for one of a single word, and one of words that are English, too: neither is taken for anybody's story."""
    leaning = read("people", text).leaning
    assert leaning is Leaning.UNCLEAR or (text in ("Läuft.", "Decide Ruth.") and leaning is Leaning.EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        "Siobhan Kaczmarek signs, Wojtek pays.",
        "Competitors are circling.",
        "This is exciting!",
        "Their Vorstand meets on 11 December, and the Betriebsrat has a veto.",
        "Ruth said the Rechtsabteilung wants DSGVO sign-off before Christmas, or they won't start.",
    ],
)
def test_names_and_rare_words_make_no_answer_foreign(text: str) -> None:
    assert not read("people", text).is_foreign
