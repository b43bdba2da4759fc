"""Submitting and closing modals: what the bot is sent, and the `response_action` it may answer with."""

from typing import Any

from sandbox.delivery import Delivery
from sandbox.inputs import complaint, elements_of
from sandbox.interactions import Interactions, Values
from sandbox.model import Json, User, View
from sandbox.payloads import view_json
from sandbox.places import view_of
from sandbox.refusals import Refusal
from sandbox.responses import Responses
from sandbox.web_api.views import checked_view
from sandbox.workspace import Workspace


class Modals:
    def __init__(
        self, workspace: Workspace, delivery: Delivery, interactions: Interactions, responses: Responses
    ) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._interactions = interactions
        self._responses = responses

    async def submit(self, user: User, view_id: str, values: Values) -> dict[str, str]:
        """Sends what was filled in; returns what is wrong with it, by block, or nothing."""
        view = view_of(user, view_id, self._workspace)
        if view.type != "modal":
            raise Refusal("not_found", "A Home tab has nothing to submit.")
        self._interactions.fill_view(user, view, values)
        errors = _complaints(view)
        if not errors:
            errors = self._apply(view, await self._delivery.ask("interactive", self._submission(user, view)))
        if errors:
            self._workspace.views.refuse(view, errors)
        return errors

    def _submission(self, user: User, view: View) -> Json:
        return self._interactions.common("view_submission", user) | {
            "trigger_id": self._workspace.permits.trigger(user.id, view.id),
            "view": view_json(view, self._workspace),
            "response_urls": self._response_urls(user, view),
        }

    def _response_urls(self, user: User, view: View) -> list[Json]:
        """A channel chosen in an input with `response_url_enabled` can be answered into."""
        urls = []
        for block in view.blocks:
            for element in elements_of(block):
                value = view.values.get(block["block_id"], {}).get(element["action_id"], {})
                channel = value.get("selected_conversation") or value.get("selected_channel")
                if element.get("response_url_enabled") and channel:
                    urls.append(
                        {
                            "block_id": block["block_id"],
                            "action_id": element["action_id"],
                            "channel_id": channel,
                            "response_url": self._responses.url(user.id, channel),
                        }
                    )
        return urls

    def _apply(self, view: View, answer: Any) -> dict[str, str]:
        """Does what the acknowledgement asks for: without a `response_action` the modal closes."""
        action = answer.get("response_action") if isinstance(answer, dict) else None
        views = self._workspace.views
        match action:
            case None:
                views.pop(view)
            case "errors":
                return self._checked_errors(view, answer.get("errors"))
            case "update":
                views.update(view, self._checked(answer.get("view")))
            case "push":
                views.push(view.user, self._checked(answer.get("view")))
            case "clear":
                self._clear(view)
            case _:
                raise Refusal("invalid_response", f"The app answered with an unknown response_action “{action}”.")
        return {}

    def _checked(self, content: Any) -> Json:
        try:
            return checked_view(content, "modal", self._workspace)
        except Refusal as refusal:
            raise Refusal(
                "invalid_response", f"The app answered with a form Slack would refuse: {refusal.sentence}"
            ) from None

    def _checked_errors(self, view: View, errors: Any) -> dict[str, str]:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise Refusal("invalid_response", f"The app answered with errors for blocks that are no inputs: {errors}.")
        return {block_id: str(sentence) for block_id, sentence in errors.items()}

    def close(self, user: User, view_id: str) -> None:
        view = view_of(user, view_id, self._workspace)
        if view.content.get("clear_on_close"):
            self._clear(view)
            return
        self._workspace.views.pop(view)
        self._tell_closed(view, cleared=False)

    def _clear(self, view: View) -> None:
        for closed in self._workspace.views.clear(view.user):
            self._tell_closed(closed, cleared=True)

    def _tell_closed(self, view: View, *, cleared: bool) -> None:
        if view.content.get("notify_on_close"):
            user = self._workspace.users[view.user]
            self._delivery.tell(
                "interactive",
                self._interactions.common("view_closed", user)
                | {"view": view_json(view, self._workspace), "is_cleared": cleared},
            )


def _complaints(view: View) -> dict[str, str]:
    found = {}
    for block in view.blocks:
        for element in elements_of(block):
            value = view.values.get(block["block_id"], {}).get(element["action_id"])
            sentence = complaint(block, value) if value else None
            if sentence:
                found[block["block_id"]] = sentence
    return found
