"""Keeps what was said in one JSON file, so that a conversation outlives the process."""

import asyncio
import base64
import json
from dataclasses import asdict
from pathlib import Path

from sandbox.happenings import Happening, LinkChanged
from sandbox.model import Channel, Ephemeral, Json, Message, View
from sandbox.workspace import Workspace

VERSION = 1
DEBOUNCE_SECONDS = 0.25


class Store:
    """Open modals, trigger ids and response URLs are not kept: they are gone when a client restarts."""

    def __init__(self, path: Path, workspace: Workspace) -> None:
        self._path = path
        self._workspace = workspace
        self._due: asyncio.TimerHandle | None = None

    def on(self, happening: Happening) -> None:
        if self._due is None and not isinstance(happening, LinkChanged):
            self._due = asyncio.get_running_loop().call_later(DEBOUNCE_SECONDS, self.save)

    def save(self) -> None:
        """Writes beside the file and moves it over, so that a crash leaves the old one or the new one."""
        if self._due:
            self._due.cancel()
            self._due = None
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(self._content(), ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self._path)

    def _content(self) -> Json:
        workspace, installation = self._workspace, self._workspace.installation
        return {
            "version": VERSION,
            "offset": workspace.offset,
            "last_microsecond": workspace.last_microsecond,
            "installation": {
                "token": installation.token,
                "scopes": installation.scopes,
                "installer": installation.installer,
                "dead": sorted(installation.dead),
                "org_wide": installation.org_wide,
            },
            "channels": [asdict(channel) for channel in workspace.channels.values()],
            "messages": [asdict(message) for said in workspace.messages.values() for message in said.values()],
            "ephemerals": [asdict(note) for note in workspace.ephemerals.values()],
            "homes": [asdict(view) for view in workspace.views.homes.values()],
            "files": {each: base64.b64encode(data).decode() for each, data in workspace.files.contents.items()},
            "last_read": [[user, channel, ts] for (user, channel), ts in workspace.last_read.items()],
        }

    def load(self) -> None:
        if not self._path.exists():
            return
        content = json.loads(self._path.read_text(encoding="utf-8"))
        if content.get("version") != VERSION:
            raise ValueError(f"{self._path} was not written by this version of the local workspace; move it away.")
        workspace = self._workspace
        workspace.offset = content["offset"]
        workspace.last_microsecond = content["last_microsecond"]
        if kept := content.get("installation"):
            workspace.installation.restore(
                kept["token"], tuple(kept["scopes"]), kept["installer"], frozenset(kept["dead"])
            )
            workspace.installation.org_wide = kept["org_wide"]
        for channel in content["channels"]:
            workspace.channels[channel["id"]] = Channel(**channel)
        for message in content["messages"]:
            workspace.messages.setdefault(message["channel"], {})[message["ts"]] = Message(**message)
        for note in content["ephemerals"]:
            workspace.ephemerals[note["id"]] = Ephemeral(**note)
        for view in content["homes"]:
            workspace.views.homes[view["user"]] = View(**view)
        for file, data in content.get("files", {}).items():
            workspace.files.contents[file] = base64.b64decode(data)
        for user, channel_id, ts in content["last_read"]:
            workspace.last_read[user, channel_id] = ts
