"""The Socket Mode door: a connection that the bot opens to Slack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import Dealreview
from bot.settings import Settings


@contextmanager
def connected(bot: Dealreview, settings: Settings) -> Iterator[None]:
    """Let Slack reach the bot; at the end, finish what was received and disconnect."""
    handler = SocketModeHandler(bot.bolt, settings.app_token)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        _disconnect(handler)


def _disconnect(handler: SocketModeHandler) -> None:
    """Close the client without the seconds it may wait for a message: a ping brings it one, the pong."""
    client = handler.client
    client.current_session_state.terminated = True
    if client.current_session and client.current_session.is_active():
        client.current_session.ping("good-bye")
    handler.close()  # type: ignore[no-untyped-call]
