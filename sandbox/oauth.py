"""How an app comes into a workspace by OAuth: what it asks for, who agrees, and the code that becomes a token.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import BasicAuth

from sandbox.installation import new_token
from sandbox.model import Json, User
from sandbox.people import APP_ID, CLIENT_ID, CLIENT_SECRET
from sandbox.refusals import Refusal
from sandbox.workspace import Workspace

ACCESS = "oauth.v2.access"
UNINSTALL = "apps.uninstall"
AUTHORIZE = "/oauth/v2/authorize"
CODE_SECONDS = 10 * 60.0

Answer = Literal["allow", "cancel"]


@dataclass(frozen=True)
class Asked:
    """What a link to the consent page asks. `given_uri` is the `redirect_uri` in the link, empty if it had none."""

    scopes: tuple[str, ...]
    state: str
    given_uri: str
    redirect_uri: str
    team: str = ""


@dataclass(frozen=True)
class Target:
    """Where an app can be installed: one workspace, or an organisation with all of its workspaces."""

    id: str
    name: str
    workspaces: tuple[Workspace, ...]
    org_wide: bool = False

    @property
    def first(self) -> Workspace:
        return self.workspaces[0]

    def people(self) -> list[User]:
        """Who may install it there: no guests, nobody of another company, and no apps."""
        found = [user for workspace in self.workspaces for user in workspace.users.values()]
        return [user for user in found if may_install(user)]

    def has(self, scopes: tuple[str, ...]) -> bool:
        """Whether the app may do all that there already."""
        return all(set(scopes) <= set(workspace.scopes) for workspace in self.workspaces)

    def install(self, scopes: tuple[str, ...], installer: str) -> None:
        if not self.org_wide:
            self.first.installation.install(scopes, installer)
            return
        now = self.first.installation
        token = now.token if now.org_wide and now.token else new_token(self.id)
        for workspace in self.workspaces:
            workspace.installation.join_organisation(token, scopes, installer)


@dataclass
class Code:
    """Somebody's leave to install the app somewhere. `issued` is by the clock there."""

    target: Target
    user: str
    asked: Asked
    issued: float
    used: bool = False


class OAuth:
    """`redirect_urls` are where the app's settings allow people to be sent back to; `install_url` is the app's own
    page to begin at, if it has one."""

    def __init__(self, workspaces: Sequence[Workspace]) -> None:
        self.workspaces = tuple(workspaces)
        self.app = workspaces[0].app
        self.redirect_urls = self.app.redirect_urls
        self.install_url = ""
        self._codes: dict[str, Code] = {}

    # -- the consent page

    def asked(self, query: Mapping[str, str]) -> Asked:
        """What a link asks, or a Refusal with the error Slack shows instead of its page."""
        if query.get("client_id") != CLIENT_ID:
            raise Refusal("invalid_client_id", "No app here has this client_id.")
        given = query.get("redirect_uri", "")
        return Asked(
            scopes=self._scopes(query),
            state=query.get("state", ""),
            given_uri=given,
            redirect_uri=self._redirect_uri(given),
            team=query.get("team", ""),
        )

    def _scopes(self, query: Mapping[str, str]) -> tuple[str, ...]:
        """Separated by commas, or by spaces as OAuth has it."""
        if query.get("user_scope", "").strip():
            raise Refusal("invalid_scope", "The local workspace gives no tokens that act for a person (user_scope).")
        scopes = tuple(query.get("scope", "").replace(",", " ").split())
        unknown = [scope for scope in scopes if scope not in self.app.scopes]
        if unknown or not scopes:
            raise Refusal("invalid_scope", f"The app’s manifest does not ask for: {', '.join(unknown) or 'nothing'}.")
        return scopes

    def _redirect_uri(self, given: str) -> str:
        """One of those in the app's settings, or a place below one."""
        if not self.redirect_urls:
            raise Refusal("bad_redirect_uri", "The app’s settings have no redirect URL.")
        if not given:
            return self.redirect_urls[0]
        if not any(_is_within(given, allowed) for allowed in self.redirect_urls):
            raise Refusal("bad_redirect_uri", f"{given} is none of the redirect URLs in the app’s settings.")
        return given

    def targets(self) -> list[Target]:
        """Each workspace, and each organisation if the app is made for those."""
        found = [Target(each.team.id, each.team.name, (each,)) for each in self.workspaces]
        if self.app.org_wide:
            for org in dict.fromkeys(each.team.enterprise for each in self.workspaces):
                if org:
                    inside = tuple(each for each in self.workspaces if each.team.enterprise == org)
                    found.append(Target(org.id, org.name, inside, org_wide=True))
        return found

    def target(self, team: str) -> Target:
        """The workspace or organisation with this id; the first workspace where none is named."""
        for target in self.targets():
            if team in ("", target.id):
                return target
        raise Refusal("team_not_found", f"There is no workspace “{team}”.")

    def decide(self, asked: Asked, target: Target, user_id: str, answer: Answer) -> str:
        """Where the person's browser goes with the answer."""
        if answer == "cancel":
            return _with(asked.redirect_uri, error="access_denied", state=asked.state)
        if user_id not in [user.id for user in target.people()]:
            raise Refusal("restricted_action", f"“{user_id}” may not add apps to {target.name}.")
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(24)}"
        self._codes[code] = Code(target, user_id, asked, target.first.now())
        return _with(asked.redirect_uri, code=code, state=asked.state)

    # -- methods of the app

    def home_of(self, code: str) -> Workspace | None:
        """The workspace a code is for; of an organisation its first."""
        found = self._codes.get(code)
        return found.target.first if found else None

    def access(self, arguments: Json, login: BasicAuth | None) -> Json:
        """A code for a token. Only now is the app in the workspace."""
        _check_client(arguments, login)
        if arguments.get("grant_type") not in (None, "", "authorization_code"):
            raise Refusal("invalid_grant_type")
        code = self._codes.get(str(arguments.get("code") or ""))
        if code is None or code.target.first.now() - code.issued > CODE_SECONDS:
            raise Refusal("invalid_code")
        if code.used:
            raise Refusal("code_already_used")
        if str(arguments.get("redirect_uri") or "") != code.asked.given_uri:
            raise Refusal("bad_redirect_uri")
        code.used = True
        code.target.install(code.asked.scopes, code.user)
        workspace, org_wide = code.target.first, code.target.org_wide
        org = workspace.team.enterprise
        return {
            "app_id": APP_ID,
            "authed_user": {"id": code.user},
            "scope": ",".join(workspace.scopes),
            "token_type": "bot",
            "access_token": workspace.installation.token,
            "bot_user_id": workspace.bot.id,
            "team": None if org_wide else {"id": workspace.team.id, "name": workspace.team.name},
            "enterprise": {"id": org.id, "name": org.name} if org else None,
            "is_enterprise_install": org_wide,
        }

    def uninstall(self, workspace: Workspace, arguments: Json) -> Json:
        _check_client(arguments, None)
        workspace.installation.uninstall()
        return {}


def may_install(user: User) -> bool:
    """Guests and people of other companies may not, nor may apps."""
    return user.standing in ("member", "admin") and not user.is_bot


def _check_client(arguments: Json, login: BasicAuth | None) -> None:
    client_id = login.login if login else str(arguments.get("client_id") or "")
    secret = login.password if login else str(arguments.get("client_secret") or "")
    if client_id != CLIENT_ID:
        raise Refusal("invalid_client_id")
    if not hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode()):
        raise Refusal("bad_client_secret")


def _is_within(given: str, allowed: str) -> bool:
    one, other = urlsplit(given), urlsplit(allowed)
    if (one.scheme, one.netloc) != (other.scheme, other.netloc) or ".." in one.path.split("/"):
        return False
    return one.path == other.path or one.path.startswith(other.path.rstrip("/") + "/")


def _with(address: str, **answer: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *answer.items()])))
