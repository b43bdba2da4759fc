"""`conversations.*` and `users.conversations`: where people talk, who is there, and what was said."""

from sandbox.model import Channel, Json, Message
from sandbox.payloads import channel_json, message_json
from sandbox.refusals import Refusal
from sandbox.web_api.call import HISTORY_SCOPE, READ_SCOPE, Call, Method

TYPES = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


def open_(call: Call) -> Json:
    call.allow("im:write")
    workspace = call.workspace
    if call.text("channel"):
        channel = call.channel()
    else:
        ids = [part for part in call.required("users", "users_list_not_supplied").split(",") if part]
        if len(ids) > 1:
            raise Refusal("invalid_arguments", "The local workspace does not model group DMs.")
        person = workspace.users.get(ids[0])
        if person is None:
            raise Refusal("user_not_found")
        if person.is_bot:
            raise Refusal("cannot_dm_bot")
        channel = workspace.dm_with(person)
    whole = call.flag("return_im")
    return {"channel": channel_json(channel, workspace) if whole else {"id": channel.id}}


def info(call: Call) -> Json:
    channel = call.channel()
    call.allow(READ_SCOPE[channel.kind])
    return {"channel": channel_json(channel, call.workspace)}


def join(call: Call) -> Json:
    call.allow("channels:join")
    channel = call.open_channel()
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    already = call.workspace.bot.id in channel.members
    call.workspace.join(channel, call.workspace.bot)
    warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": channel_json(channel, call.workspace), **(warning if already else {})}


def members(call: Call) -> Json:
    channel = call.channel()
    call.allow(READ_SCOPE[channel.kind])
    page, cursor = call.page(channel.members)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def list_(call: Call) -> Json:
    workspace = call.workspace
    found = [channel for channel in _of_types(call) if channel.visible_to(workspace.bot.id)]
    page, cursor = call.page(found)
    channels = [channel_json(channel, workspace) for channel in page]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def of_user(call: Call) -> Json:
    """Another person's channels are given only as far as the bot shares them or they are public."""
    workspace = call.workspace
    user = call.text("user", workspace.bot.id)
    if user not in workspace.users:
        raise Refusal("user_not_found")
    found = [channel for channel in _of_types(call) if user in channel.members and channel.visible_to(workspace.bot.id)]
    page, cursor = call.page(found)
    channels = [channel_json(channel, workspace) for channel in page]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """Newest first, without the replies in threads."""
    channel = _readable(call)
    said = [
        message
        for message in call.workspace.said_in(channel)
        if not message.is_reply or message.subtype == "thread_broadcast"
    ]
    return _messages(call, [message for message in reversed(said) if _in_range(call, message)])


def replies(call: Call) -> Json:
    """The parent, then its replies, oldest first. A reply's own `ts` finds only the reply, as in Slack."""
    channel = _readable(call)
    ts = call.required("ts")
    parent = call.workspace.messages.get(channel.id, {}).get(ts)
    thread = call.workspace.replies(channel, ts)
    if parent is None and not thread:
        raise Refusal("thread_not_found")
    kept = [message for message in thread if _in_range(call, message)]
    return _messages(call, ([parent] if parent else []) + kept)


def _of_types(call: Call) -> list[Channel]:
    kinds = []
    for name in call.text("types", "public_channel").split(","):
        if name.strip() not in TYPES:
            raise Refusal("invalid_types")
        kinds.append(TYPES[name.strip()])
    for kind in kinds:
        if kind in READ_SCOPE:
            call.allow(READ_SCOPE[kind])
    found = [channel for channel in call.workspace.channels.values() if channel.kind in kinds]
    return [channel for channel in found if not channel.archived] if call.flag("exclude_archived") else found


def _readable(call: Call) -> Channel:
    channel = call.joined_channel()
    call.allow(HISTORY_SCOPE[channel.kind])
    return channel


def _in_range(call: Call, message: Message) -> bool:
    ts, oldest, latest = float(message.ts), float(call.text("oldest", "0") or 0), call.text("latest")
    if call.flag("inclusive"):
        return ts >= oldest and (not latest or ts <= float(latest))
    return ts > oldest and (not latest or ts < float(latest))


def _messages(call: Call, messages: list[Message]) -> Json:
    page, cursor = call.page(messages)
    metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [message_json(message, call.workspace, metadata=metadata) for message in page],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


METHODS: dict[str, Method] = {
    "conversations.open": open_,
    "conversations.info": info,
    "conversations.join": join,
    "conversations.members": members,
    "conversations.list": list_,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.conversations": of_user,
}
