"""`auth.test`, `users.*`, `bots.info`, `dnd.info`, `api.test`: who is here, and who is asking."""

from sandbox.model import Json
from sandbox.payloads import user_json
from sandbox.people import APP_ID, BOT_ID, TEAM_ID, TEAM_NAME
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method

EMAIL = "users:read.email"


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise Refusal(call.text("error"))
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


def auth_test(call: Call) -> Json:
    bot = call.workspace.bot
    return {
        "url": f"{call.url}/",
        "team": TEAM_NAME,
        "user": bot.name,
        "team_id": TEAM_ID,
        "user_id": bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def info(call: Call) -> Json:
    call.allow("users:read")
    user = call.workspace.users.get(call.text("user"))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user_json(user, call.workspace.now(), call.has(EMAIL))}


def lookup_by_email(call: Call) -> Json:
    call.allow(EMAIL)
    wanted = call.required("email").casefold()
    for user in call.workspace.users.values():
        if user.email == wanted and not user.is_bot:
            return {"user": user_json(user, call.workspace.now(), with_email=True)}
    raise Refusal("users_not_found")


def list_(call: Call) -> Json:
    call.allow("users:read")
    page, cursor = call.page(list(call.workspace.users.values()), default_limit=1000)
    now = call.workspace.now()
    return {
        "members": [user_json(user, now, call.has(EMAIL)) for user in page],
        "cache_ts": int(now),
        "response_metadata": {"next_cursor": cursor},
    }


def bot_info(call: Call) -> Json:
    call.allow("users:read")
    if call.text("bot", BOT_ID) != BOT_ID:
        raise Refusal("bot_not_found")
    bot = call.workspace.bot
    return {"bot": {"id": BOT_ID, "app_id": APP_ID, "user_id": bot.id, "name": bot.real_name, "deleted": False}}


def dnd_info(call: Call) -> Json:
    """Nobody here pauses notifications; this is Slack's answer for such a person."""
    call.allow("dnd:read")
    if call.text("user", call.workspace.bot.id) not in call.workspace.users:
        raise Refusal("user_not_found")
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}


METHODS: dict[str, Method] = {
    "api.test": api_test,
    "auth.test": auth_test,
    "users.info": info,
    "users.list": list_,
    "users.lookupByEmail": lookup_by_email,
    "bots.info": bot_info,
    "dnd.info": dnd_info,
}
