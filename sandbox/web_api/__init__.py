"""Slack's Web API, as far as the local workspace goes: `/api/<method>`, each method a function of one `Call`.

A method that is not here answers `unknown_method`; nothing pretends to have succeeded.
"""

from sandbox.web_api.call import Call, Method
from sandbox.web_api.chat import METHODS as CHAT
from sandbox.web_api.conversations import METHODS as CONVERSATIONS
from sandbox.web_api.files import METHODS as FILES
from sandbox.web_api.people import METHODS as PEOPLE
from sandbox.web_api.reactions import METHODS as REACTIONS
from sandbox.web_api.views import METHODS as VIEWS

METHODS: dict[str, Method] = {**CHAT, **CONVERSATIONS, **FILES, **PEOPLE, **REACTIONS, **VIEWS}

__all__ = ["METHODS", "Call", "Method"]
