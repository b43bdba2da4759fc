"""Whose story a text tells: `read(question, text)` marks it span by span."""

from flows.lens.reader import read
from flows.lens.reading import Label, Leaning, Lens, Reading, Span

__all__ = ["Label", "Leaning", "Lens", "Reading", "Span", "read"]
