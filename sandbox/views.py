"""Modals and Home tabs: each person's stack of at most three modals, and the Home tab last published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.happenings import HomePublished, ModalsChanged, ViewRefused
from sandbox.inputs import carried_over, choose_current, initial_values
from sandbox.model import Json, View
from sandbox.refusals import Refusal

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

STACK_LIMIT = 3


class Views:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        return self.stacks.get(user, [])

    def find(self, view_id: str) -> View:
        for view in self._all():
            if view.id == view_id:
                return view
        raise Refusal("not_found", "That form is no longer open.")

    def find_external(self, external_id: str) -> View:
        for view in self._all():
            if view.content.get("external_id") == external_id:
                return view
        raise Refusal("not_found")

    def _all(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _made(self, user: str, content: Json, viewing: str | None = None) -> View:
        external_id = content.get("external_id")
        if external_id and any(view.content.get("external_id") == external_id for view in self._all()):
            raise Refusal("duplicate_external_id")
        view_id, values = self._workspace.new_id("V"), initial_values(content["blocks"])
        if viewing:
            choose_current(self._workspace.channels[viewing], content["blocks"], values)
        return View(view_id, self._new_hash(), user, content, view_id, values=values)

    def _new_hash(self) -> str:
        return self._workspace.new_id(f"{self._workspace.now():.0f}.")

    def open(self, user: str, content: Json, viewing: str | None = None) -> View:
        """A new modal takes the place of whatever stack was open. `viewing` is the channel the person was in."""
        view = self._made(user, content, viewing)
        self.stacks[user] = [view]
        self._workspace.announce(ModalsChanged(user))
        return view

    def push(self, user: str, content: Json) -> View:
        stack = self.stack(user)
        if not stack:
            raise Refusal("not_found", "There is no open form to put another one on.")
        if len(stack) >= STACK_LIMIT:
            raise Refusal("push_limit_reached")
        view = self._made(user, content)
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._workspace.announce(ModalsChanged(user))
        return view

    def update(self, view: View, content: Json, expected_hash: str | None = None) -> View:
        """What was filled in stays, where the new content still has the same input in the same block."""
        if expected_hash and expected_hash != view.hash:
            raise Refusal("hash_conflict")
        view.content, view.hash = content, self._new_hash()
        view.values = carried_over(content["blocks"], view.values)
        self._announce(view)
        return view

    def publish(self, user: str, content: Json, expected_hash: str | None = None) -> View:
        current = self.homes.get(user)
        if current is None:
            self.homes[user] = self._made(user, content)
            self._workspace.announce(HomePublished(user))
        else:
            self.update(current, content, expected_hash)
        return self.homes[user]

    def pop(self, view: View) -> None:
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]
            self._workspace.announce(ModalsChanged(view.user))

    def clear(self, user: str) -> list[View]:
        """Closes the whole stack; returns what was in it."""
        closed = self.stacks.pop(user, [])
        if closed:
            self._workspace.announce(ModalsChanged(user))
        return closed

    def refuse(self, view: View, errors: dict[str, str]) -> None:
        self._workspace.announce(ViewRefused(view.user, view.id, errors))

    def forget(self) -> None:
        self.stacks.clear()
        self.homes.clear()

    def _announce(self, view: View) -> None:
        if view.type == "modal":
            self._workspace.announce(ModalsChanged(view.user))
        else:
            self._workspace.announce(HomePublished(view.user))
