"""`files.getUploadURLExternal` and `files.completeUploadExternal`: how a bot shares a file."""

from typing import Any

from sandbox.model import Json
from sandbox.refusals import Refusal
from sandbox.web_api.call import Call, Method


def get_upload_url(call: Call) -> Json:
    call.allow("files:write")
    length = call.number("length", 0)
    if length <= 0:
        raise Refusal("invalid_arguments")
    url, file_id = call.workspace.files.announce(call.required("filename"), length)
    return {"upload_url": url, "file_id": file_id}


def complete_upload(call: Call) -> Json:
    """Shares the files in one message; without a channel they stay with the bot."""
    call.allow("files:write")
    announced: Any = call.structure("files", "invalid_arguments")
    if not isinstance(announced, list) or not announced or not all(isinstance(each, dict) for each in announced):
        raise Refusal("invalid_arguments")
    channel = call.joined_channel("channel_id") if call.text("channel_id") else None
    files = [call.workspace.files.complete(str(each.get("id")), str(each.get("title") or "")) for each in announced]
    if channel:
        call.workspace.post(
            channel,
            call.workspace.bot,
            call.text("initial_comment"),
            thread_ts=call.text("thread_ts") or None,
            files=files,
        )
    return {"files": files}


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
