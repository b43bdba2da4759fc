"""The Socket Mode door: a connection that the bot opens to Slack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.app import Dealreview
from bot.settings import BadSetting, Settings


@contextmanager
def connected(bot: Dealreview, settings: Settings) -> Iterator[None]:
    """Let Slack reach the bot; at the end, finish what was received and disconnect.

    Raises `BadSetting` if Slack does not accept the app-level token.
    """
    handler = SocketModeHandler(bot.bolt, settings.app_token)
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        raise BadSetting(
            f"Slack does not accept SLACK_APP_TOKEN ({error.response.get('error')}); copy it again, or make a new one "
            "with the scope connections:write."
        ) from error
    try:
        yield
    finally:
        _disconnect(handler)


def _disconnect(handler: SocketModeHandler) -> None:
    """Receive no more, acknowledge what is in hand, then close: closing first would cut the acknowledgements off.

    The client's threads wait some seconds for a message before they look up, so each is given one: a pong to the
    reader, an empty message to the processor.
    """
    client = handler.client
    client.closed = True
    # Its runner starts the reading again, and takes `terminated` back, until it is told not to: so it is told first.
    client.current_session_runner.event.set()
    client.current_session_state.terminated = True
    if client.current_session and client.current_session.is_active():
        client.current_session.ping("good-bye")
    client.enqueue_message("")
    client.message_processor.shutdown()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown()
    handler.close()  # type: ignore[no-untyped-call]
