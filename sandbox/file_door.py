"""Files of one workspace over HTTP: the bot fetches and uploads them; people follow a link on the page."""

from aiohttp import web

from sandbox.refusals import Refusal
from sandbox.workspace import Workspace


class FileDoor:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def fetch(self, request: web.Request) -> web.Response:
        """Without a token that may read files, Slack sends whoever asks to the page where one signs in."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and token.strip() == self._workspace.installation.token != ""
        if not known or "files:read" not in self._workspace.scopes:
            raise web.HTTPFound(f"/?redir={request.path}")
        try:
            data = self._workspace.files.content(request.match_info["place"].partition("-")[2])
        except Refusal:
            raise web.HTTPNotFound from None
        return _attached(data, request.match_info["name"])

    async def upload(self, request: web.Request) -> web.Response:
        try:
            length = self._workspace.files.receive(request.match_info["ticket"], await request.read())
        except Refusal as refusal:
            raise web.HTTPBadRequest(text=refusal.code) from None
        return web.Response(text=f"OK - {length}")

    async def show(self, request: web.Request) -> web.Response:
        files = self._workspace.files
        try:
            name = files.name_for(self._workspace.user(request.query.get("user", "")), request.match_info["id"])
            return _attached(files.content(request.match_info["id"]), name)
        except Refusal as refusal:
            raise web.HTTPNotFound(text=refusal.sentence) from None


def _attached(data: bytes, name: str) -> web.Response:
    """To be saved, never shown: whatever a person sent must not act on this page."""
    plain = "".join(sign if sign.isalnum() or sign in " ._-" else "_" for sign in name)
    ascii_name = plain.encode("ascii", "replace").decode().replace("?", "_")
    headers = {"Content-Disposition": f'attachment; filename="{ascii_name}"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=data, content_type="application/octet-stream", headers=headers)
