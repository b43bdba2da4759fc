"""What people do with what the bot shows them: commands, shortcuts, buttons, menus and inputs.

Payloads: https://docs.slack.dev/reference/interaction-payloads
"""

from typing import Any

from sandbox.blocks import option_problems
from sandbox.composer import compose, escape
from sandbox.delivery import Delivery
from sandbox.inputs import STATELESS, carried_over, find_element, taken_value
from sandbox.model import Channel, Json, Message, User, View
from sandbox.payloads import enterprise_json, message_json, person_json, shown_name, state_json, team_json
from sandbox.people import APP_ID
from sandbox.places import InChannel, InView, Place, point_at
from sandbox.refusals import Refusal
from sandbox.responses import Responses
from sandbox.workspace import Workspace

Values = dict[str, dict[str, Any]]


class Interactions:
    def __init__(self, workspace: Workspace, delivery: Delivery, responses: Responses) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._responses = responses
        self._filled: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}
        self._offered: dict[tuple[str, str, str, str], list[Json]] = {}

    # -- commands and shortcuts

    async def command(self, user: User, channel: Channel, name: str, text: str) -> Json:
        """The bot's answer to the command, if it gave one with its acknowledgement."""
        workspace = self._workspace
        command = next((each for each in workspace.commands if each.command == name), None)
        if command is None:
            known = ", ".join(each.command for each in workspace.commands) or "none"
            raise Refusal("unknown_command", f"“{name}” is not a command here. There is: {known}.")
        users, channels = workspace.users.values(), workspace.channels.values()
        org = workspace.team.enterprise
        answer = await self._delivery.ask(
            "slash_commands",
            {
                "token": "local",
                "team_id": workspace.team.id,
                "team_domain": workspace.team.domain,
                "channel_id": channel.id,
                "channel_name": shown_name(channel),
                "user_id": user.id,
                "user_name": user.name,
                "command": name,
                "text": compose(text, users, channels, labels=True) if command.should_escape else escape(text),
                "api_app_id": APP_ID,
                **({"enterprise_id": org.id, "enterprise_name": org.name} if org else {}),
                "is_enterprise_install": str(workspace.installation.org_wide).lower(),
                "response_url": self._responses.url(user.id, channel.id),
                "trigger_id": workspace.permits.trigger(user.id, channel=channel.id),
            },
        )
        return self._responses.acknowledged(user, channel, answer)

    async def global_shortcut(self, user: User, callback_id: str, viewing: str | None) -> None:
        """`viewing` is the channel the person is in, of which the app is not told."""
        self._expect_shortcut(callback_id, "global")
        await self._delivery.ask("interactive", self._shortcut(user, callback_id, "shortcut", viewing))

    async def message_shortcut(self, user: User, callback_id: str, message: Message) -> None:
        self._expect_shortcut(callback_id, "message")
        channel = self._workspace.channels[message.channel]
        await self._delivery.ask(
            "interactive",
            self._shortcut(user, callback_id, "message_action", channel.id)
            | {
                "channel": {"id": channel.id, "name": shown_name(channel)},
                "message": message_json(message, self._workspace),
                "message_ts": message.ts,
                "response_url": self._responses.url(user.id, channel.id, message_ts=message.ts),
            },
        )

    def _expect_shortcut(self, callback_id: str, kind: str) -> None:
        known = [each.callback_id for each in self._workspace.shortcuts if each.type == kind]
        if callback_id not in known:
            raise Refusal(
                "unknown_shortcut",
                f"There is no {kind} shortcut “{callback_id}”. There is: {', '.join(known) or 'none'}.",
            )

    def _shortcut(self, user: User, callback_id: str, kind: str, viewing: str | None) -> Json:
        return self.common(kind, user) | {
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "trigger_id": self._workspace.permits.trigger(user.id, channel=viewing),
        }

    def common(self, kind: str, user: User) -> Json:
        """What every interactivity payload begins with."""
        return {
            "type": kind,
            "token": "local",
            "api_app_id": APP_ID,
            "team": team_json(self._workspace),
            "user": person_json(user, self._workspace),
            "enterprise": enterprise_json(self._workspace),
            "is_enterprise_install": self._workspace.installation.org_wide,
        }

    # -- elements

    async def act(
        self,
        user: User,
        container: Json,
        action_id: str,
        block_id: str | None,
        value: Any,
        values: Values | None,
    ) -> None:
        """Presses a button, chooses from a menu, or gives an input that dispatches."""
        place = point_at(container, user, self._workspace)
        block, element = find_element(place.blocks, action_id, block_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise Refusal("not_an_action", "This input does nothing until the form is submitted.")
        if user.id not in element.get("visible_to_user_ids", [user.id]):
            raise Refusal("action_not_found", f"{user.real_name} does not see that button.")
        taken = self._taken(user, place, block, element, value)
        filled = self._fill(user, place, values or {})
        if element["type"] not in STATELESS:
            filled.setdefault(block["block_id"], {})[action_id] = taken
        action = taken | {
            "action_id": action_id,
            "block_id": block["block_id"],
            "action_ts": self._workspace.new_ts(),
        }
        if element.get("placeholder"):
            action["placeholder"] = element["placeholder"]
        view_id = place.view.id if isinstance(place, InView) else None
        channel = place.channel.id if isinstance(place, InChannel) else None
        await self._delivery.ask(
            "interactive",
            self.common("block_actions", user)
            | place.payload(self._workspace)
            | self._reply_to(user, place, filled)
            | {"trigger_id": self._workspace.permits.trigger(user.id, view_id, channel), "actions": [action]},
        )

    async def options(self, user: User, container: Json, action_id: str, block_id: str | None, typed: str) -> Json:
        """What the bot offers in an external select for what was typed so far."""
        place = point_at(container, user, self._workspace)
        block, element = find_element(place.blocks, action_id, block_id)
        if "external_select" not in element["type"]:
            raise Refusal("not_an_external_select", f"“{action_id}” has its options already.")
        answer = await self._delivery.ask(
            "interactive",
            self.common("block_suggestion", user)
            | place.payload(self._workspace)
            | {"action_id": action_id, "block_id": block["block_id"], "value": typed},
        )
        problems = option_problems(answer)
        if problems:
            raise Refusal("invalid_options", f"The app answered with options Slack would refuse: {problems[0]}.")
        offered = [option for group in answer.get("option_groups") or [] for option in group["options"]]
        before = self._offered.setdefault((user.id, place.key, block["block_id"], action_id), [])
        before[:0] = offered + (answer.get("options") or [])  # what was chosen of earlier ones stays chosen
        return {key: answer[key] for key in ("options", "option_groups") if answer.get(key) is not None}

    def _fill(self, user: User, place: Place, given: Values) -> dict[str, dict[str, Json]]:
        """What this person has put into the inputs of this place so far, with what they give now."""
        if isinstance(place, InView):
            filled = place.view.values
        else:
            filled = carried_over(place.blocks, self._filled.get((user.id, place.key), {}))
            self._filled[user.id, place.key] = filled
        for block_id, actions in given.items():
            for action_id, value in actions.items():
                block, element = find_element(place.blocks, action_id, block_id)
                if element["type"] not in STATELESS:
                    filled.setdefault(block_id, {})[action_id] = self._taken(user, place, block, element, value)
        return filled

    def _taken(self, user: User, place: Place, block: Json, element: Json, value: Any) -> Json:
        if element["type"] == "rich_text_input" and value:
            value = compose(str(value), self._workspace.users.values(), self._workspace.channels.values())
        offered = self._offered.get((user.id, place.key, block["block_id"], element["action_id"]), [])
        return taken_value(element, value, offered)

    def fill_view(self, user: User, view: View, given: Values) -> None:
        self._fill(user, InView(view), given)

    def _reply_to(self, user: User, place: Place, filled: dict[str, dict[str, Json]]) -> Json:
        """What a message adds: the state of its inputs, and where to answer. A view has its own state."""
        if isinstance(place, InView):
            return {}
        message_ts = None if place.ephemeral_id else place.said.ts
        url = self._responses.url(user.id, place.channel.id, message_ts, place.ephemeral_id)
        return {"state": state_json(filled), "response_url": url}
