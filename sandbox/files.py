"""Files in the workspace: what is in them, who may fetch it, and the bot's uploads on their way in.

https://docs.slack.dev/reference/objects/file-object, https://docs.slack.dev/messaging/working-with-files
"""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.model import Json, User
from sandbox.refusals import Refusal

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

LARGEST = 32 * 1024 * 1024
"""In bytes; Slack takes a gigabyte, which nobody needs here."""


@dataclass
class Upload:
    """A file the bot announced. Its content comes to a URL of its own, and then the bot completes it."""

    id: str
    name: str
    length: int
    content: bytes | None = None


@dataclass
class Files:
    """The contents of files by id. `base_url` is the workspace's own address."""

    workspace: "Workspace"
    base_url: str = ""
    contents: dict[str, bytes] = field(default_factory=dict)
    _uploads: dict[str, Upload] = field(default_factory=dict)

    def add(self, user: User, given: Json) -> Json:
        """A file a person sends, as a message holds it; its `content` is base64. Without any it is a name only."""
        content = given.get("content")
        named = {key: value for key, value in given.items() if key != "content"}
        if content is None:
            return {"id": self.workspace.new_id("F"), **named}
        try:
            data = base64.b64decode(str(content), validate=True)
        except (binascii.Error, ValueError):
            raise Refusal("invalid_arguments", "The content of a file is base64.") from None
        return self.keep(user, str(given.get("name") or "file"), data, str(given.get("mimetype") or ""))

    def keep(self, user: User, name: str, data: bytes, mimetype: str = "", file_id: str = "") -> Json:
        """Keep a file's content; gives it as Slack describes it in messages and events."""
        if len(data) > LARGEST:
            raise Refusal("file_too_large", f"A file here has {LARGEST // 1024**2} MB at most.")
        file_id = file_id or self.workspace.new_id("F")
        self.contents[file_id] = data
        address = f"{self.base_url}/files-pri/{self.workspace.team.id}-{file_id}"
        filetype = PurePath(name).suffix.lstrip(".").lower() or "text"
        return {
            "id": file_id,
            "created": int(self.workspace.now()),
            "timestamp": int(self.workspace.now()),
            "name": name,
            "title": name,
            "mimetype": mimetype or ("text/csv" if filetype == "csv" else "application/octet-stream"),
            "filetype": filetype,
            "pretty_type": filetype.upper(),
            "user": user.id,
            "user_team": self.workspace.team.id,
            "size": len(data),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": f"{address}/{quote(name)}",
            "url_private_download": f"{address}/download/{quote(name)}",
            "file_access": "visible",
        }

    def content(self, file_id: str) -> bytes:
        try:
            return self.contents[file_id]
        except KeyError:
            raise Refusal("file_not_found", "That file is not here any more.") from None

    def name_for(self, user: User, file_id: str) -> str:
        """What a file is called that this person can see: it was sent where they are."""
        workspace = self.workspace
        for channel in workspace.channels.values():
            if channel.visible_to(user.id):
                for message in workspace.said_in(channel):
                    for file in message.files:
                        if file["id"] == file_id:
                            return str(file["name"])
        raise Refusal("file_not_found", f"{user.real_name} can see no such file.")

    # -- the bot's

    def announce(self, name: str, length: int) -> tuple[str, str]:
        """Where the bot is to upload a file, and its id."""
        ticket, upload = secrets.token_urlsafe(24), Upload(self.workspace.new_id("F"), name, length)
        self._uploads[ticket] = upload
        return f"{self.base_url}/upload/v1/{ticket}", upload.id

    def awaits(self, ticket: str) -> bool:
        return ticket in self._uploads

    def receive(self, ticket: str, data: bytes) -> int:
        """The content of a file that was announced; its length has to be what was said."""
        upload = self._uploads.get(ticket)
        if upload is None or len(data) != upload.length:
            raise Refusal("file_upload_size_mismatch" if upload else "file_not_found")
        upload.content = data
        return len(data)

    def complete(self, file_id: str, title: str) -> Json:
        """The file as it is shared from now on. Once only."""
        for ticket, upload in self._uploads.items():
            if upload.id == file_id and upload.content is not None:
                del self._uploads[ticket]
                kept = self.keep(self.workspace.bot, upload.name, upload.content, file_id=upload.id)
                return {**kept, "title": title or upload.name}
        raise Refusal("file_not_found")

    def forget(self) -> None:
        self.contents.clear()
        self._uploads.clear()
