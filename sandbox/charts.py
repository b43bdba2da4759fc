"""The charts of a `data_visualization` block: what Slack takes as one, and which of their parts have to agree.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block. The number of points and of categories is
not on that page; it is in the notes of those who met the limit (https://github.com/CopilotKit/CopilotKit/pull/6342).
"""

import math
from collections.abc import Iterator
from typing import Any

from sandbox.model import Json
from sandbox.shapes import Check, Problems, by_type, list_of, one_of, problem, shape, string

LONGEST_TITLE = 50
LONGEST_LABEL = 20
MOST_SERIES = 6
"""Copies of the page differ: 6 in June 2026, 12 later. Who stays below the first is right in both."""
MOST_POINTS = 20

LABEL = string(LONGEST_LABEL, 1)


def number(value: Any, at: str) -> Problems:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        yield problem("must be a number", at)


def positive(value: Any, at: str) -> Problems:
    yield from number(value, at)
    if isinstance(value, int | float) and value <= 0:
        yield problem("must be greater than 0", at)


POINT = shape({"label": LABEL, "value": number})
SERIES = shape({"name": LABEL, "data": list_of(POINT, MOST_POINTS)})
AXES = shape(
    {"categories": list_of(LABEL, MOST_POINTS)}, {"x_label": string(LONGEST_TITLE), "y_label": string(LONGEST_TITLE)}
)
SEGMENT = shape({"label": LABEL, "value": positive})


def plotted(kind: str) -> Check:
    return shape({"type": one_of(kind), "series": list_of(SERIES, MOST_SERIES), "axis_config": AXES})


CHARTS: dict[str, Check] = {
    "pie": shape({"type": one_of("pie"), "segments": list_of(SEGMENT, MOST_SERIES)}),
    **{kind: plotted(kind) for kind in ("bar", "area", "line")},
}
CHART = by_type(CHARTS, CHARTS)


def chart_problems(chart: Json, at: str) -> Iterator[str]:
    """What does not agree in a chart whose parts are fine: each series has one point for each category."""
    if chart["type"] == "pie":
        return
    categories = chart["axis_config"]["categories"]
    names = [series["name"] for series in chart["series"]]
    if len(set(categories)) < len(categories):
        yield problem("must be unique", f"{at}/axis_config/categories")
    if len(set(names)) < len(names):
        yield problem("names of series must be unique", f"{at}/series")
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            yield problem("labels must match axis_config.categories", f"{at}/series/{index}/data")
