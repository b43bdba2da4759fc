"""Whose story a text tells: `read(question, text)` marks it span by span, `reason(text, span)` says why."""

from flows.lens.reader import read
from flows.lens.reading import Correction, Label, Leaning, Lens, Reading, Span
from flows.lens.reasons import Reason, reason

__all__ = ["Correction", "Label", "Leaning", "Lens", "Reading", "Reason", "Span", "read", "reason"]
