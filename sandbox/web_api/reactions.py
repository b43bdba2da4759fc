"""`reactions.*`: the bot's small answers."""

from sandbox.model import Json, Message
from sandbox.payloads import message_json
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method


def add(call: Call) -> Json:
    call.allow("reactions:write")
    call.open_channel()
    message, name = _message(call), _name(call)
    call.workspace.react(message, call.workspace.bot, name)
    return {}


def remove(call: Call) -> Json:
    call.allow("reactions:write")
    call.open_channel()
    message, name = _message(call), _name(call)
    call.workspace.unreact(message, call.workspace.bot, name)
    return {}


def get(call: Call) -> Json:
    call.allow("reactions:read")
    message = _message(call)
    return {"type": "message", "channel": message.channel, "message": message_json(message, call.workspace)}


def _message(call: Call) -> Message:
    return call.workspace.message(call.joined_channel(), call.required("timestamp", "no_item_specified"))


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not name:
        raise Refusal("invalid_name")
    return name


METHODS: dict[str, Method] = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
