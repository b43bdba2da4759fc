"""`views.*`: modals and Home tabs."""

import json
from typing import Any, Literal

from sandbox.blocks import view_problems, with_ids
from sandbox.model import Json, View
from sandbox.payloads import view_json
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method
from sandbox.workspace import Workspace

LARGEST_VIEW = 250_000


def open_(call: Call) -> Json:
    content = _content(call, "modal")
    trigger = call.workspace.permits.redeem(_trigger_id(call))
    return _shown(call, call.workspace.views.open(trigger.user, content, trigger.channel))


def push(call: Call) -> Json:
    content = _content(call, "modal")
    trigger = call.workspace.permits.redeem(_trigger_id(call))
    return _shown(call, call.workspace.views.push(trigger.user, content))


def update(call: Call) -> Json:
    view = _view(call)
    content = _content(call, "modal" if view.type == "modal" else "home")
    return _shown(call, call.workspace.views.update(view, content, call.text("hash") or None))


def publish(call: Call) -> Json:
    user = call.workspace.users.get(call.required("user_id"))
    if user is None or user.is_bot:
        raise Refusal("user_not_found")
    if not call.workspace.app.has_home:
        raise Refusal("not_enabled")
    content = _content(call, "home")
    return _shown(call, call.workspace.views.publish(user.id, content, call.text("hash") or None))


def _shown(call: Call, view: View) -> Json:
    return {"view": view_json(view, call.workspace)}


def _view(call: Call) -> View:
    if call.text("view_id"):
        return call.workspace.views.find(call.text("view_id"))
    return call.workspace.views.find_external(call.required("external_id"))


def _trigger_id(call: Call) -> str:
    return call.text("trigger_id") or call.required("interactivity_pointer")


def _content(call: Call, surface: Literal["modal", "home"]) -> Json:
    return checked_view(call.structure("view", "invalid_arguments"), surface, call.workspace)


def checked_view(view: Any, surface: Literal["modal", "home"], workspace: Workspace) -> Json:
    """The view with Slack's ids, or `invalid_arguments` saying what is wrong with it."""
    problems = view_problems(view, surface)
    if problems:
        raise Refusal(
            "invalid_arguments",
            "; ".join(problems),
            response_metadata={"messages": [f"[ERROR] {each}" for each in problems]},
        )
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise Refusal("view_too_large")
    return {**view, "blocks": with_ids(view["blocks"], workspace.new_id)}


METHODS: dict[str, Method] = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
