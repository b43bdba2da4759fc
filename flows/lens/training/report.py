"""Writes REPORT.md: what the shipped network gets right and wrong, as measured when it was trained."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from flows.lens.corpus import Labelled
from flows.lens.network import FOLDER, STORIES, Network
from flows.lens.reader import read_with
from flows.lens.reading import Label, Leaning, Reading
from flows.lens.training.evaluation import Tally, tally

REPORT = FOLDER.with_name("REPORT.md")
TRIED = Path(__file__).with_name("TRIED.md")
WORST = 30
BINS = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01))
SIXTY_WORDS = (
    "Their plant in Leeds loses a truckload a week to spoilage, and the operations director has to explain it to the "
    "owners in March. We showed her the sensors on Tuesday and she liked them, so I think we can close forty thousand "
    "this quarter. Nobody has told us yet who signs, or what their finance team makes of it all so far."
)
Pair = tuple[Labelled, Reading]


@dataclass(frozen=True)
class Measured:
    """What training found out.

    `left_out` are the answers of authors with the readings of a network that never saw them, at the chosen threshold;
    `curve` has those words counted at each threshold. `in_turn` are the answers of the other authors, if they were left
    out as well, with the readings of networks that learned for a shorter time. `corpus` is what the shipped network
    learned from, `real` is a set from elsewhere, or empty.
    """

    left_out: Sequence[Pair]
    in_turn: Sequence[Pair]
    curve: Mapping[float, Tally]
    corpus: Sequence[Labelled]
    real: Sequence[Labelled]


def write(measured: Measured) -> None:
    """Write the report on the network that is in FOLDER."""
    REPORT.write_text("\n".join(_lines(Network(FOLDER), measured)) + "\n", encoding="utf-8")


def digest() -> str:
    """Return the SHA-256 of the weights in FOLDER: the report names it, so that it can be seen whose report it is."""
    return hashlib.sha256((FOLDER / "lens.onnx").read_bytes()).hexdigest()


def _lines(network: Network, measured: Measured) -> Iterator[str]:
    strangers, others = _by_author(measured.left_out), _by_author(measured.in_turn)
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    yield "# The lens: what it gets right and wrong\n"
    yield (
        "Written by `make lens`; do not edit. The unit is the word. A word called `unclear` is wrong for accuracy and "
        "F1 and is left out of *when committed*. *Swapped*: of the words that are and were called `customer` or `us`, "
        "the part called the other one.\n"
    )
    yield f"- network: sha256 `{digest()}`, {size / 1e6:.1f} MB with its tokenizer and card"
    yield f"- temperature {network.card.temperature}, threshold {network.card.threshold}"
    lines = sum(len(answer.lines) for answer in measured.corpus)
    yield f"- learned from {len({answer.author for answer in measured.corpus})} authors, {lines:,} lines"
    yield f"- {_speed()}\n"
    yield "## Authors never seen\n"
    yield f"Nothing was learned from these {len(strangers)}; temperature and threshold were chosen on them.\n"
    yield from _figures([*strangers, ("all words", tally(measured.left_out))])
    yield f"The {_mean(strangers)}"
    yield from _details(measured.left_out)
    yield "### What a threshold costs and brings\n"
    chosen = network.card.threshold
    yield from _figures([(f"{at:.2f}" + " (chosen)" * (at == chosen), found) for at, found in measured.curve.items()])
    if others:
        yield "## The other authors, left out in turn\n"
        yield (
            "A group of them at a time, each read by a network that learned from the other groups. Those networks had "
            "fewer authors and fewer passes than the shipped one, so that their errors are rather too many than too "
            "few; nothing was chosen by them.\n"
        )
        yield from _figures([*others, ("all words", tally(measured.in_turn))])
        yield f"The {_mean(others)}"
        yield f"With those above: {_mean([*strangers, *others])}"
    if measured.real:
        yield f"## Real notes\n\n{len(measured.real)} answers by many hands; nothing was learned from them.\n"
        found = [(answer, read_with(network, answer.text)) for answer in measured.real]
        yield from _figures([("real notes", tally(found))])
        yield from _details(found)
    yield TRIED.read_text(encoding="utf-8")
    yield f"## The {WORST} surest errors on authors never seen\n"
    yield from _worst(measured.left_out)


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


def _by_author(pairs: Iterable[Pair]) -> list[tuple[str, Tally]]:
    authors: dict[str, list[Pair]] = {}
    for answer, reading in pairs:
        authors.setdefault(answer.author, []).append((answer, reading))
    return [(author, tally(own)) for author, own in sorted(authors.items(), key=lambda item: int(item[0][1:]))]


def _mean(authors: Sequence[tuple[str, Tally]]) -> str:
    worst, found = min(authors, key=lambda each: each[1].accuracy)
    mean = {
        "accuracy": fmean(t.accuracy for _, t in authors),
        "macro-F1": fmean(t.macro_f1 for _, t in authors),
        "swapped": fmean(t.swapped for _, t in authors),
        "committed": fmean(t.committed for _, t in authors),
    }
    figures = ", ".join(f"{name} {value:.3f}" for name, value in mean.items())
    return f"mean of {len(authors)} authors: {figures}. Least accuracy: {found.accuracy:.3f}, of {worst}.\n"


def _judged(pairs: Sequence[Pair]) -> Iterator[tuple[float, float, str, str, str]]:
    """Yield (confidence, part of its words that are right, true story, label, text) of each span with a label."""
    for answer, reading in pairs:
        for span in reading.spans:
            true = [word.story for word in answer.truth if span.start <= word.start < span.end and word.story]
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


def _speed() -> str:
    begun = time.perf_counter()
    network = Network(FOLDER)
    loaded = time.perf_counter() - begun
    ids, _ = network.tokens(SIXTY_WORDS)
    whole, bare = _best(lambda: read_with(network, SIXTY_WORDS), lambda: list(network.run([ids])))
    return (
        f"loads in {1000 * loaded:.0f} ms and then holds about {_megabytes('shipped()'):.0f} MB; reads "
        f"{len(SIXTY_WORDS.split())} words in {1000 * whole:.1f} ms, {whole / bare:.2f} times the bare network, and "
        f"12,000 characters within {_megabytes('shipped().look(LONG, [0])'):.0f} MB (one core of the machine that "
        "trained it)"
    )


def _megabytes(work: str) -> float:
    """By how much a process that has imported the lens grows when it does this work with it (Linux only)."""
    script = (
        "from pathlib import Path; from flows.lens.network import shipped; LONG = 'They lose a day a week. ' * 500;"
        "size = lambda: int(Path('/proc/self/status').read_text().partition('VmRSS:')[2].split()[0]);"
        f"before = size(); {work}; print(size() - before)"
    )
    return int(subprocess.check_output([sys.executable, "-c", script])) / 1024  # noqa: S603


def _best(*works: Callable[[], object]) -> list[float]:
    """The shortest of many goes of each, in seconds: what the machine is busy with besides is not the network's fault.

    They take turns, so that none has the machine at a better time than the others.
    """

    def once(work: Callable[[], object]) -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    return [min(goes) for goes in zip(*([once(work) for work in works] for _ in range(50)), strict=True)]
