"""`python -m tests.bench.bare`: the bare Bolt app over Socket Mode that the bot is measured against.

It imports nothing of ours, so that its memory and its start are those of Bolt.
"""

from __future__ import annotations

import os
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


def main() -> None:
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    bolt = App(client=client)

    @bolt.event("message")
    def on_message(event: dict[str, Any], client: WebClient) -> None:
        """Answers a person's reply at once, and keeps nothing."""
        thread = event.get("thread_ts")
        if thread and not event.get("bot_id"):
            client.chat_postMessage(channel=event["channel"], thread_ts=thread, text="And then?")

    SocketModeHandler(bolt, os.environ["SLACK_APP_TOKEN"]).start()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
