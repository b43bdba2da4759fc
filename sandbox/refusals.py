"""The one way anything here says no: Slack's error code, a sentence to act on, Slack's extra fields."""

from typing import Any


class Refusal(Exception):
    """`code` is Slack's where Slack has one; `details` are merged into the answer as they are."""

    def __init__(self, code: str, sentence: str = "", **details: Any) -> None:
        super().__init__(f"{code}: {sentence}" if sentence else code)
        self.code = code
        self.sentence = sentence or f"The local workspace refused: {code}."
        self.details = details
