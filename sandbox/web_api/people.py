"""`auth.*`, `users.*`, `bots.info`, `dnd.info`, `api.test`: who is here, and who is asking."""

from sandbox.model import Json
from sandbox.payloads import user_json
from sandbox.people import APP_ID
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method

EMAIL = "users:read.email"


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise Refusal(call.text("error"))
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


def auth_test(call: Call) -> Json:
    bot, team, org_wide = call.workspace.bot, call.workspace.team, call.workspace.installation.org_wide
    return {
        "url": f"{call.url}/",
        "team": None if org_wide else team.name,
        "user": bot.name,
        "team_id": None if org_wide else team.id,
        "user_id": bot.id,
        "bot_id": team.bot_id,
        **({"enterprise_id": team.enterprise.id} if team.enterprise else {}),
        "is_enterprise_install": org_wide,
    }


def auth_revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    call.workspace.installation.revoke()
    return {"revoked": True}


def info(call: Call) -> Json:
    call.allow("users:read")
    user = call.workspace.users.get(call.text("user"))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user_json(user, call.workspace, call.has(EMAIL), call.flag("include_locale"))}


def lookup_by_email(call: Call) -> Json:
    call.allow(EMAIL)
    wanted = call.required("email").casefold()
    for user in call.workspace.users.values():
        if user.email == wanted and not user.is_bot:
            return {"user": user_json(user, call.workspace, with_email=True)}
    raise Refusal("users_not_found")


def list_(call: Call) -> Json:
    call.allow("users:read")
    locale = call.flag("include_locale")
    page, cursor = call.page(list(call.workspace.users.values()), default_limit=1000)
    return {
        "members": [user_json(user, call.workspace, call.has(EMAIL), locale) for user in page],
        "cache_ts": int(call.workspace.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def bot_info(call: Call) -> Json:
    call.allow("users:read")
    bot, bot_id = call.workspace.bot, call.workspace.team.bot_id
    if call.text("bot", bot_id) != bot_id:
        raise Refusal("bot_not_found")
    return {"bot": {"id": bot_id, "app_id": APP_ID, "user_id": bot.id, "name": bot.real_name, "deleted": False}}


def dnd_info(call: Call) -> Json:
    """Nobody here pauses notifications; this is Slack's answer for such a person."""
    call.allow("dnd:read")
    if call.text("user", call.workspace.bot.id) not in call.workspace.users:
        raise Refusal("user_not_found")
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}


METHODS: dict[str, Method] = {
    "api.test": api_test,
    "auth.revoke": auth_revoke,
    "auth.test": auth_test,
    "users.info": info,
    "users.list": list_,
    "users.lookupByEmail": lookup_by_email,
    "bots.info": bot_info,
    "dnd.info": dnd_info,
}
