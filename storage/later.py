"""What a later version of the bot has written and this one meets, while one replica after the other is upgraded."""

from __future__ import annotations


class NotKnownHere(LookupError):
    """This version does not know something that is kept; the later one that wrote it does."""
