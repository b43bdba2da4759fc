"""Several people at once: each window acts as one person, and shows what that person has and has not read."""

import asyncio
import contextlib
import urllib.request
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk import WebClient

from sandbox.running import LocalWorkspace


class Window:
    """A page that is open as one person, as its socket has it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, state: dict) -> None:
        self._socket = socket
        self.state = state
        self.told: list[str] = []

    async def next(self, kind: str) -> dict:
        """The next change of this kind; those of other kinds are passed over. `told` has the kinds of all so far."""
        async with asyncio.timeout(3):
            while True:
                change = await self._socket.receive_json()
                self.told.append(change["type"])
                if change["type"] == kind:
                    return {name: value for name, value in change.items() if name != "type"}


@contextlib.asynccontextmanager
async def window(workspace: LocalWorkspace, user: str) -> AsyncIterator[Window]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{workspace.url}/control/socket?user={user}") as socket,
    ):
        yield Window(socket, await socket.receive_json())


async def do(act, *arguments: object) -> object:
    """Does something as a person does, while the windows go on listening."""
    return await asyncio.get_running_loop().run_in_executor(None, act, *arguments)


def test_who_has_a_window_open_is_active(workspace):
    async def watch() -> None:
        async with window(workspace, "maya") as maya:
            assert maya.state["active"] == ["U0MAYA"]
            async with window(workspace, "lena") as lena:
                assert lena.state["active"] == ["U0LENA", "U0MAYA"]
                assert await maya.next("presence") == {"user": "U0LENA", "active": True}
            assert await maya.next("presence") == {"user": "U0LENA", "active": False}

    asyncio.run(watch())


def test_a_second_window_of_the_same_person_changes_nothing(workspace):
    async def watch() -> dict:
        async with window(workspace, "maya") as maya:
            async with window(workspace, "lena"):
                await maya.next("presence")
                async with window(workspace, "lena"):
                    pass
            return await maya.next("presence")

    assert asyncio.run(watch()) == {"user": "U0LENA", "active": False}


def test_what_one_has_read_is_unread_to_another(workspace):
    workspace.message("maya", "#deals", "How is Northwind?")
    workspace.read("lena", "#deals")
    assert workspace.state("lena")["unread"]["C0DEALS"] == 0
    assert workspace.state("omar")["unread"]["C0DEALS"] == 1
    assert workspace.state("maya")["unread"]["C0DEALS"] == 0  # whoever says something has read it


def test_a_channel_is_told_unread_as_it_happens_and_read_when_it_is(workspace):
    async def watch() -> list[dict]:
        async with window(workspace, "omar") as omar:
            await do(workspace.message, "maya", "#deals", "How is Northwind?")
            told = [await omar.next("unread")]
            await do(workspace.read, "omar", "#deals")
            return [*told, await omar.next("unread")]

    assert asyncio.run(watch()) == [{"channel": "C0DEALS", "count": 1}, {"channel": "C0DEALS", "count": 0}]


def test_a_reply_in_a_thread_leaves_the_channel_read_and_one_also_sent_there_does_not(workspace):
    ts = workspace.message("maya", "#deals", "How is Northwind?")
    workspace.read("omar", "#deals")
    workspace.message("lena", "#deals", "Well.", ts)
    assert workspace.state("omar")["unread"]["C0DEALS"] == 0
    workspace.message("lena", "#deals", "Very well.", ts, broadcast=True)
    assert workspace.state("omar")["unread"]["C0DEALS"] == 1


def test_a_note_to_one_person_reaches_no_other_window(workspace, client: WebClient):
    async def watch() -> dict:
        async with window(workspace, "lena") as lena, window(workspace, "omar") as omar:
            await do(lambda: client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="Only you"))
            note = await lena.next("ephemeral")
            await do(workspace.message, "lena", "#deals", "to all")
            await omar.next("message")
            assert "ephemeral" not in omar.told
            return note

    assert asyncio.run(watch())["ephemeral"]["text"] == "Only you"


def test_an_address_to_type_opens_the_page_as_somebody(workspace):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(Stay).open(f"{workspace.url}/as/lena?team=T0LOCAL")
    with redirect.value as answer:
        assert answer.headers["Location"] == "/?as=lena&team=T0LOCAL"
