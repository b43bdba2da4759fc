"""What is kept so that only whoever has a key can read it: Slack's tokens, sealed with Fernet."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text, TypeDecorator


def new_key() -> str:
    """A key that nobody else has."""
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    """Whether a text is a key, as `new_key` makes them."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


class Keys:
    """The keys to what is sealed, the newest first: it seals, and each of them opens. Raises `ValueError` for none."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        return self._all.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str | None:
        """What was sealed; None if none of the keys opens it."""
        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def renew(self, sealed: str) -> str | None:
        """The same, sealed with the newest key; None if none of the keys opens it."""
        try:
            return self._all.rotate(sealed).decode()
        except InvalidToken:
            return None


class Sealed(TypeDecorator[str]):
    """A text that the database holds sealed. What no key opens is read as if there were nothing."""

    impl = Text
    cache_ok = True

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self.keys = keys

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.keys.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.keys.unseal(value)
