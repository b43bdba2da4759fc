"""`python -m flows.lens.training`: learns the model from the corpus, measures it on left-out authors, writes both."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from flows.lens.chain import STORIES, Chain, breaks, save
from flows.lens.corpus import Labelled, load_corpus, load_file
from flows.lens.evaluation import tally
from flows.lens.fitting import describe_all, fit
from flows.lens.reader import MODEL, read_with
from flows.lens.reading import Label, Reading
from flows.lens.report import REPORT, write

TEMPERATURES = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0)
THRESHOLDS = (0.0, *(step / 100 for step in range(40, 96, 5)))
MAX_SWAPPED = 0.05  # how often, on authors never seen, "theirs" may be taken for "ours" or the other way round


@dataclass(frozen=True)
class LeftOut:
    """Answers of one author and the chain that has learned from all the others."""

    chain: Chain
    answers: Sequence[Labelled]

    def read(self, temperature: float) -> list[Reading]:
        """Read the author's answers, however little sure."""
        chain = replace(self.chain, temperature=temperature)
        return [read_with(chain, answer.question, answer.text) for answer in self.answers]

    def surprise(self, temperature: float) -> float:
        """Return the negative log probability of the true story of each word, summed."""
        chain = replace(self.chain, temperature=temperature)
        lost = 0.0
        for answer, described in zip(self.answers, describe_all(self.answers), strict=True):
            for piece, story, chances in zip(
                answer.pieces, answer.stories(), chain.probabilities(described, breaks(answer.pieces)), strict=True
            ):
                size = len(answer.text[piece.start : piece.end].split())
                lost -= size * math.log(max(chances[story], 1e-12))
        return lost


def leave_out(author: str) -> LeftOut:
    """Learn from every author but one."""
    corpus = load_corpus()
    others = [answer for answer in corpus if answer.author != author]
    return LeftOut(fit(others, describe_all(others)), [answer for answer in corpus if answer.author == author])


def best_temperature(folds: Sequence[LeftOut]) -> float:
    """Return the temperature under which the truth surprises least, over authors never seen."""
    return min(TEMPERATURES, key=lambda t: sum(fold.surprise(t) for fold in folds))


def silent(reading: Reading, threshold: float) -> Reading:
    """Return what a reader with `threshold` would say instead of `reading`."""
    spans = (span if span.confidence >= threshold else replace(span, label=Label.UNCLEAR) for span in reading.spans)
    return replace(reading, spans=tuple(spans))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, choose temperature and threshold on left-out authors, write the model file and its report."""
    parser = argparse.ArgumentParser(prog="python -m flows.lens.training", description=__doc__)
    parser.add_argument("--measure", type=Path, metavar="FILE", help="a labelled set to measure on; never learned from")
    options = parser.parse_args(arguments)
    corpus = load_corpus()
    with ProcessPoolExecutor() as pool:
        folds = list(pool.map(leave_out, sorted({answer.author for answer in corpus})))
    temperature = best_temperature(folds)
    readings = [(fold.answers, fold.read(temperature)) for fold in folds]
    pairs = [pair for answers, found in readings for pair in zip(answers, found, strict=True)]
    curve = {level: tally((answer, silent(found, level)) for answer, found in pairs) for level in THRESHOLDS}
    threshold = min((t for t in THRESHOLDS if curve[t].swapped <= MAX_SWAPPED), default=THRESHOLDS[-1])
    chain = replace(fit(corpus, describe_all(corpus)), temperature=temperature, threshold=threshold)
    save(chain, MODEL)
    measured = load_file(options.measure) if options.measure else []
    write(MODEL, curve, [(a, [silent(r, threshold) for r in rs]) for a, rs in readings], measured)
    total = curve[threshold]
    print(
        f"{len(corpus)} answers, {len(STORIES)} stories; left-out authors: accuracy {total.accuracy:.3f}, "
        f"swapped {total.swapped:.3f}, committed {total.committed:.3f}; wrote {MODEL.name} and {REPORT.name}"
    )


if __name__ == "__main__":
    main()
