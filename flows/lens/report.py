"""Writes REPORT.md: what the shipped model gets right and wrong, as measured when it was trained."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from flows.lens.chain import STORIES, load
from flows.lens.corpus import Labelled
from flows.lens.evaluation import Tally, tally
from flows.lens.reader import read_with
from flows.lens.reading import Label, Leaning, Reading

REPORT = Path(__file__).with_name("REPORT.md")
WORST = 20
BINS = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01))
Pair = tuple[Labelled, Reading]
Read = tuple[Sequence[Labelled], Sequence[Reading]]


def write(model: Path, curve: Mapping[float, Tally], left_out: Sequence[Read], measured: Sequence[Labelled]) -> None:
    """Write the report on the file `model`.

    `curve` has the left-out words counted at each threshold, `left_out` each author's answers with the readings of a
    chain that never saw that author, at the threshold chosen; `measured` is a set from elsewhere, or empty.
    """
    REPORT.write_text("\n".join(_lines(model, curve, left_out, measured)) + "\n", encoding="utf-8")


def _lines(
    model: Path, curve: Mapping[float, Tally], left_out: Sequence[Read], measured: Sequence[Labelled]
) -> Iterator[str]:
    chain = load(model)
    packed = model.read_bytes()
    authors = {answers[0].author: list(zip(answers, readings, strict=True)) for answers, readings in left_out}
    pairs = [pair for own in authors.values() for pair in own]
    yield "# The lens: what it gets right and wrong\n"
    yield (
        "Written by `python -m flows.lens.training`; do not edit. The unit is the word. A word called `unclear` is "
        "wrong for accuracy and F1 and is left out of *when committed*. *Swapped*: of the words that are and were "
        "called `customer` or `us`, the part called the other one.\n"
    )
    yield f"- model: `{model.name}`, {len(packed):,} bytes, sha256 `{hashlib.sha256(packed).hexdigest()}`"
    yield f"- {len(chain.weights):,} features, temperature {chain.temperature}, threshold {chain.threshold}"
    yield f"- {_speed(model, [answer for answer, _ in pairs])}\n"
    yield "## Authors never seen\n\nEach author is read by a model that learned from the others.\n"
    yield from _figures([(author, tally(own)) for author, own in authors.items()] + [("all words", tally(pairs))])
    yield _mean([tally(own) for own in authors.values()])
    yield from _details(pairs)
    yield "### What a threshold costs and brings\n"
    yield from _figures(
        [(f"{level:.2f}" + " (chosen)" * (level == chain.threshold), found) for level, found in curve.items()]
    )
    if measured:
        yield f"## Real notes\n\n{len(measured)} answers by many hands; nothing was learned from them.\n"
        found = [(answer, read_with(chain, answer.question, answer.text)) for answer in measured]
        yield from _figures([("real notes", tally(found))])
        yield from _details(found)
    yield f"## The {WORST} surest errors on authors never seen\n"
    yield from _worst(pairs)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(row) + " |"
    yield ""


def _figures(rows: Sequence[tuple[str, Tally]]) -> Iterator[str]:
    head = ["", "words", "accuracy", "macro-F1", "swapped", "committed", "when committed"]
    return _table(head, (_row(name, found) for name, found in rows))


def _details(pairs: Sequence[Pair]) -> Iterator[str]:
    counted = tally(pairs)
    yield "By story (F1): " + ", ".join(f"{story} {counted.f1(story):.3f}" for story in STORIES) + ".\n"
    yield "What the bot acts on, in answers: how an answer leans, as people read it (rows) and as the lens does.\n"
    leanings = Counter((answer.reading().leaning, reading.leaning) for answer, reading in pairs)
    yield from _table(["", *Leaning], ([true, *(f"{leanings[true, got]:,}" for got in Leaning)] for true in Leaning))
    yield "Each word, as people read it (rows) and as the lens does.\n"
    cells = counted.cells
    yield from _table(["", *Label], ([true, *(f"{cells[true, got]:,}" for got in Label)] for true in STORIES))
    yield "Whether confidence means what it says.\n"
    yield from _table(["confidence", "spans", "said", "right"], _calibration(pairs))


def _row(name: str, found: Tally) -> list[str]:
    figures = (found.accuracy, found.macro_f1, found.swapped, found.committed, found.accuracy_when_committed)
    return [name, f"{found.total:,}", *(f"{figure:.3f}" for figure in figures)]


def _mean(tallies: Sequence[Tally]) -> str:
    mean = {
        "accuracy": sum(t.accuracy for t in tallies),
        "macro-F1": sum(t.macro_f1 for t in tallies),
        "swapped": sum(t.swapped for t in tallies),
        "committed": sum(t.committed for t in tallies),
    }
    return "Mean of the authors: " + ", ".join(f"{k} {v / len(tallies):.3f}" for k, v in mean.items()) + ".\n"


def _judged(pairs: Sequence[Pair]) -> Iterator[tuple[float, float, str, str, str]]:
    """Yield (confidence, part of its words that are right, true story, label, text) of each span with a label."""
    for answer, reading in pairs:
        for span in reading.spans:
            true = [story for at, story in answer.truth if span.start <= at < span.end and story]
            if true and span.label is not Label.UNCLEAR:
                text = answer.text[span.start : span.end].replace("\n", " ")
                yield span.confidence, true.count(span.label) / len(true), true[0], span.label, text


def _calibration(pairs: Sequence[Pair]) -> Iterator[list[str]]:
    judged = list(_judged(pairs))
    for low, high in BINS:
        inside = [(sure, right) for sure, right, *_ in judged if low <= sure < high]
        if inside:
            said, right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            yield [f"{low:.2f} to {min(high, 1):.2f}", f"{len(inside):,}", f"{said:.3f}", f"{right:.3f}"]


def _worst(pairs: Sequence[Pair]) -> Iterator[str]:
    wrong = sorted((error for error in _judged(pairs) if error[1] == 0), reverse=True)
    for sure, _, true, given, text in wrong[:WORST]:
        yield f"- {sure:.2f} read {given}, is {true}: {text}"


def _speed(model: Path, answers: Sequence[Labelled]) -> str:
    begun = time.perf_counter()
    chain = load(model)
    loaded = time.perf_counter()
    for answer in answers:
        read_with(chain, answer.question, answer.text)
    spent = time.perf_counter() - loaded
    words = sum(len(answer.truth) for answer in answers)
    return (
        f"loads in {1000 * (loaded - begun):.0f} ms; reads 60 words in {60_000 * spent / words:.1f} ms "
        "(one core of the machine that trained it)"
    )
