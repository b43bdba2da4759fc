"""The page that asks a person whether an app may come into their workspace. It needs no script to work.

Nobody is logged in here, so the page asks who is looking, too.
"""

from html import escape
from urllib.parse import urlencode

from aiohttp import web

from sandbox.model import Json, User, initials
from sandbox.oauth import AUTHORIZE, Answer, Asked, OAuth, Target
from sandbox.people import CLIENT_ID, NOTICE
from sandbox.refusals import Refusal
from sandbox.scopes import permissions


class ConsentPage:
    def __init__(self, oauth: OAuth) -> None:
        self._oauth = oauth

    async def show(self, request: web.Request) -> web.Response:
        try:
            asked = self._oauth.asked(request.query)
            target = self._oauth.target(asked.team)
        except Refusal as refusal:
            return _failed(refusal)
        return _page(f"Add {self._oauth.app.title}", _question(self._oauth, asked, target))

    async def decide(self, request: web.Request) -> web.Response:
        """What the page's form sends: everything that was asked, with `team`, `user` and `answer`."""
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            asked = self._oauth.asked(form)
            target = self._oauth.target(asked.team)
            answer: Answer = "allow" if form.get("answer") == "allow" else "cancel"
            address = self._oauth.decide(asked, target, form.get("user", ""), answer)
        except Refusal as refusal:
            return _failed(refusal)
        raise web.HTTPFound(address)


def _question(oauth: OAuth, asked: Asked, target: Target) -> str:
    app, may = oauth.app, permissions(asked.scopes)
    again = "nothing would change" if target.has(asked.scopes) else "this adds what it may not do yet"
    whole = "<p>That is every workspace of the organisation.</p>" if target.org_wide else ""
    about = f'<p class="quiet">{escape(app.description)}</p>' if app.description else ""
    return f"""
{_picker(oauth, asked, target)}
<span class="square app-square" aria-hidden="true">{escape(app.title[:1].upper())}</span>
<h1>{escape(app.title)} would like to be added to <strong>{escape(target.name)}</strong></h1>
{whole}
{about}
{_list("What it will see", may["sees"])}
{_list("What it will do", may["does"])}
{f'<p class="quiet">It is here already: {again}.</p>' if target.first.installed else ""}
<form method="post" action="{AUTHORIZE}" class="consent-form">
{_hidden(_query(asked, target))}
<label class="consent-who">You are
<select name="user" class="input">{"".join(_option(user) for user in target.people())}</select></label>
<div class="consent-foot">
<button class="button" name="answer" value="cancel">Cancel</button>
<button class="button is-primary" name="answer" value="allow">Allow</button>
</div>
</form>"""


def _picker(oauth: OAuth, asked: Asked, here: Target) -> str:
    """The workspaces and organisations, as links to this same page."""
    targets = oauth.targets()
    squares = "".join(
        f"""<a href="{AUTHORIZE}?{escape(urlencode(_query(asked, each)))}" class="consent-team"
{'aria-current="true"' if each.id == here.id else ""}><span class="square">{escape(initials(each.name))}</span>
{escape(each.name)}</a>"""
        for each in targets
    )
    return f"""<nav class="consent-teams" aria-label="Workspace">{squares}</nav>""" if len(targets) > 1 else ""


def _query(asked: Asked, target: Target) -> dict[str, str]:
    """What was asked, of this workspace or organisation."""
    query = {
        "client_id": CLIENT_ID,
        "scope": ",".join(asked.scopes),
        "state": asked.state,
        "team": target.id,
    }
    return query | ({"redirect_uri": asked.given_uri} if asked.given_uri else {})


def _hidden(query: dict[str, str]) -> str:
    return "".join(
        f"""<input type="hidden" name="{escape(name)}" value="{escape(value)}">""" for name, value in query.items()
    )


def _option(user: User) -> str:
    title = f" · {user.title}" if user.title else ""
    return f"""<option value="{escape(user.id)}">{escape(user.real_name + title)}</option>"""


def _list(heading: str, lines: list[Json]) -> str:
    items = "".join(f"""<li title="{escape(each["scope"])}">{escape(each["words"])}</li>""" for each in lines)
    return f"<details open><summary>{heading}</summary><ul>{items}</ul></details>" if items else ""


def _failed(refusal: Refusal) -> web.Response:
    """As Slack does, instead of sending anybody to an address that cannot be trusted."""
    body = f"""<h1>The app cannot be added</h1>
<p role="alert">{escape(refusal.sentence)}</p><p class="quiet">Error: <code>{escape(refusal.code)}</code></p>"""
    return _page("Something is wrong with this link", body, status=400)


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<script src="/page/theme.js"></script>
<link rel="stylesheet" href="/page/style.css">
<link rel="stylesheet" href="/page/blocks.css">
<link rel="stylesheet" href="/page/apps.css">
<link rel="stylesheet" href="/page/consent.css">
</head>
<body class="consent-page">
<header class="consent-bar">{escape(NOTICE)}</header>
<main class="consent">{body}</main>
</body>
</html>"""
    return web.Response(text=text, content_type="text/html", status=status)
