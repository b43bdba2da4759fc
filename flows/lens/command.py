"""`dealreview lens`: reads answers as JSON lines and prints what the lens sees in each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from flows.lens.reader import read
from flows.lens.reading import Lens


def run(lines: Iterable[str], lens: Lens = read) -> Iterator[str]:
    """Yield one JSON line for each line that is not blank.

    In: `{"id", "question", "text"}`. Out: `{"id", "spans": [{"start", "end", "label", "confidence"}]}`, offsets in
    code points, half-open. A line that is not such an object gives `{"id", "error"}` (id null where there is none)
    and the next one is read.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line, lens))


def _answer(line: str, lens: Lens) -> dict[str, object]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is not JSON."}
    if not isinstance(item, dict):
        return {"id": None, "error": "This line is JSON but not an object with id, question and text."}
    key = item.get("id")
    for field in ("question", "text"):
        if not isinstance(item.get(field), str):
            return {"id": key, "error": f'The field "{field}" is missing or is not a string.'}
    if key is None:
        return {"id": None, "error": 'The field "id" is missing.'}
    reading = lens(item["question"], item["text"])
    return {
        "id": key,
        "spans": [
            {"start": s.start, "end": s.end, "label": s.label.value, "confidence": s.confidence} for s in reading.spans
        ],
    }
