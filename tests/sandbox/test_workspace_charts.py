"""The `data_visualization` block as Slack documents it: its charts, what has to agree in them, where there are none."""

import json
import urllib.request

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.blocks import block_problems


def series(name: str = "Ours", *values: float, labels: tuple[str, ...] = ("Mon", "Tue")) -> dict:
    points = zip(labels, values or (1, 2), strict=False)
    return {"name": name, "data": [{"label": label, "value": value} for label, value in points]}


def plot(kind: str = "bar", *every: dict, **axes: object) -> dict:
    return {
        "type": kind,
        "series": list(every) or [series()],
        "axis_config": {"categories": ["Mon", "Tue"], **axes},
    }


def pie(*values: float, label: str = "Part") -> dict:
    return {"type": "pie", "segments": [{"label": f"{label}{n}", "value": value} for n, value in enumerate(values)]}


def picture(chart: dict, title: str = "Lines", **more: object) -> dict:
    return {"type": "data_visualization", "title": title, "chart": chart, **more}


MANY = tuple(str(n) for n in range(21))


@pytest.mark.parametrize(
    "chart",
    [
        plot("bar"),
        plot("line", series("Ours", -1, 0.5), series("Theirs", 3, 4)),
        plot("area", *(series(str(n)) for n in range(6)), x_label="x" * 50, y_label="y" * 50),
        plot("bar", series("Ours", 1, 2, labels=("Tue", "Mon"))),
        plot("bar", series("o" * 20, *range(20), labels=MANY[:20]), categories=list(MANY[:20])),
        pie(0.5),
        pie(*range(1, 7)),
    ],
    ids=lambda chart: chart["type"],
)
def test_a_chart_is_taken_as_slack_documents_it(chart):
    assert block_problems([picture(chart, "t" * 50, block_id="b")], "message") == []


BAD = [
    (picture(plot(), title="t" * 51), "/title"),
    (picture(plot(), title=""), "/title"),
    ({"type": "data_visualization", "title": "Lines"}, "missing required field: chart"),
    (picture(plot(), alt_text="no such thing"), "invalid additional property: alt_text"),
    (picture({"type": "scatter"}), "unsupported type: scatter"),
    (picture({"type": "bar", "series": [series()]}), "missing required field: axis_config"),
    (picture(plot("bar", *(series(str(n)) for n in range(7)))), "no more than 6 items"),
    (picture(plot("bar", series("o" * 21))), "/series/0/name"),
    (picture(plot("bar", series(), series())), "names of series must be unique"),
    (picture(plot("bar", series("Ours", 1))), "labels must match axis_config.categories"),
    (picture(plot("bar", series("Ours", 1, 2, labels=("Mon", "Wed")))), "labels must match axis_config.categories"),
    (picture(plot("bar", series("Ours", 1, 2, labels=("Mon", "Mon")), categories=["Mon", "Mon"])), "must be unique"),
    (picture(plot("bar", series("Ours", *range(21), labels=MANY), categories=list(MANY))), "no more than 20 items"),
    (picture(plot(x_label="x" * 51)), "/axis_config/x_label"),
    (picture(plot("bar", series("Ours", "1", 2))), "must be a number"),
    (picture(plot("bar", series("Ours", True, 2))), "must be a number"),
    (picture(plot("bar", series("Ours", float("nan"), 2))), "must be a number"),
    (picture(pie(1, 0)), "must be greater than 0"),
    (picture(pie()), "no fewer than 1"),
    (picture(pie(*range(1, 8))), "no more than 6 items"),
    (picture(pie(1, label="p" * 20)), "/segments/0/label"),
]


@pytest.mark.parametrize(("block", "said"), BAD, ids=[said for _, said in BAD])
def test_a_chart_that_does_not_add_up_is_refused_with_the_reason(block, said):
    problems = block_problems([block], "message")
    assert any(said in problem and "[json-pointer:/blocks/0" in problem for problem in problems), problems


def test_a_message_takes_two_charts_and_other_places_none():
    assert block_problems([picture(plot())] * 2, "message") == []
    [problem] = block_problems([picture(plot())] * 3, "message")
    assert "no more than 2 data_visualization blocks" in problem
    assert block_problems([picture(plot())], "home") and block_problems([picture(plot())], "modal")


def test_where_charts_are_not_rolled_out_a_message_with_one_is_refused(workspace, client):
    channel = workspace.dm("maya")
    workspace.charts(False)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=channel, text="Lines", blocks=[picture(plot())])
    assert refused.value.response["error"] == "invalid_blocks"
    assert "unsupported type: data_visualization" in refused.value.response["errors"][0]
    workspace.charts()
    assert client.chat_postMessage(channel=channel, text="Lines", blocks=[picture(plot())])["ok"]


def test_charts_are_rolled_out_and_back_through_the_peoples_door(client, workspace):
    channel = workspace.dm("maya")
    body = json.dumps({"on": False}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{workspace.url}/control/charts", body)) as answer:  # noqa: S310
        assert json.load(answer)["ok"]
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=channel, text="Lines", blocks=[picture(plot())])
