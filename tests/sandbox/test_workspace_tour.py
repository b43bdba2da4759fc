"""A tour that the maker of an app brings: what of it is done is what was said, and nothing else."""

import pytest
from slack_sdk import WebClient

from sandbox.running import LocalWorkspace

DAY = 86_400


def tour(**seen: object) -> dict:
    sight = {"by": "lena", "says": "hello", **seen}
    step = {"key": "one", "title": "Say hello", "words": "It is kind.", "seen": sight, "offers": {"put": "hello"}}
    begins = {"by": "lena", "says": "^Here we go"}
    return {"channel": "#deals", "begins": begins, "steps": [step], "end": "That was it."}


@pytest.fixture
def thread(workspace: LocalWorkspace) -> str:
    """The thread in which the tour begins, after a hello that does not count."""
    ts = workspace.message("maya", "#deals", "Who is here?")
    workspace.message("lena", "#deals", "hello", ts)
    workspace.message("lena", "#deals", "Here we go", ts)
    return ts


def is_done(workspace: LocalWorkspace) -> bool:
    told = workspace.tour()
    assert told
    return bool(told["steps"][0]["done"])


def test_the_page_is_told_where_it_begins_and_what_it_offers(workspace: LocalWorkspace, thread: str) -> None:
    assert workspace.tour() is None
    workspace.bring_tour(tour())
    told = workspace.tour()
    assert told and (told["thread"], told["end"]) == (thread, "That was it.")
    assert told["steps"] == [
        {"key": "one", "title": "Say hello", "words": "It is kind.", "done": False, "put": "hello"}
    ]


def test_it_is_done_by_whom_and_where_it_says(workspace: LocalWorkspace, thread: str) -> None:
    workspace.bring_tour(tour())
    workspace.message("omar", "#deals", "hello", thread)
    workspace.message("lena", "#deals", "hello")
    assert not is_done(workspace)
    ts = workspace.message("lena", "#deals", "oh hello there", thread)
    assert is_done(workspace)
    workspace.delete("lena", "#deals", ts)
    assert not is_done(workspace)


def test_it_may_have_to_be_heard_or_answered_by_the_app(
    workspace: LocalWorkspace, thread: str, client: WebClient
) -> None:
    ts = workspace.message("lena", "#deals", "hello", thread)
    workspace.bring_tour(tour(then="^welcome"))
    client.chat_postMessage(channel="C0DEALS", thread_ts=thread, text="who?")
    assert not is_done(workspace)
    workspace.message("lena", "#deals", "hello", thread)
    client.chat_postMessage(channel="C0DEALS", thread_ts=thread, text="welcome")
    assert is_done(workspace)

    workspace.bring_tour(tour(heard=True))
    workspace.react("omar", "#deals", ts, "wave")
    assert not is_done(workspace)
    client.reactions_add(channel="C0DEALS", timestamp=ts, name="wave")
    assert is_done(workspace)


def test_it_may_have_to_be_read_and_to_come_days_later(
    workspace: LocalWorkspace, thread: str, client: WebClient
) -> None:
    workspace.bring_tour(tour(by="app", to="lena", read=True, days_later=2))
    client.chat_postMessage(channel="U0LENA", text="hello")
    workspace.read("lena", workspace.dm("lena"))
    assert not is_done(workspace)
    workspace.advance(2 * DAY)
    client.chat_postMessage(channel="U0OMAR", text="hello")
    workspace.read("omar", workspace.dm("omar"))
    assert not is_done(workspace)
    client.chat_postMessage(channel="U0LENA", text="hello")
    assert not is_done(workspace)
    workspace.read("lena", workspace.dm("lena"))
    assert is_done(workspace)


def test_it_says_how_many_questions_are_left(workspace: LocalWorkspace, thread: str, client: WebClient) -> None:
    brought = tour()
    brought["steps"][0]["left"] = r"(\d+) of (\d+)"
    workspace.bring_tour(brought)
    for text, left in (("2 of 9", 8), ("Really?", 8), ("9 of 9", 1)):
        client.chat_postMessage(channel="C0DEALS", thread_ts=thread, text=text)
        assert (workspace.tour() or {})["steps"][0]["left"] == left
    workspace.message("lena", "#deals", "hello", thread)
    assert (workspace.tour() or {})["steps"][0]["left"] == 0


def test_a_tour_that_is_misspelt_is_refused(workspace: LocalWorkspace) -> None:
    with pytest.raises(TypeError, match="sayz"):
        workspace.bring_tour(tour(sayz="hello"))
