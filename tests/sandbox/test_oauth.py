"""An app comes into a workspace by OAuth, is refused, comes back for more, and goes."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_bolt import App
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore

from sandbox.browser import Browser
from sandbox.handle import Handle
from sandbox.people import APP_ID, HOME, NEXT_DOOR
from sandbox.running import LocalWorkspaces

SCOPES = "commands,chat:write,channels:history,users:read"


@pytest.fixture
def nobody(two: LocalWorkspaces) -> WebClient:
    """Who has no token yet."""
    return WebClient(base_url=two.api_url)


def answer(address: str) -> dict[str, str]:
    """What the browser carries back to the app."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}


def exchange(two: LocalWorkspaces, code: str, **other: str) -> dict:
    """A code for a token, as slack_sdk asks for it."""
    given = {"client_id": two.client_id, "client_secret": two.client_secret, "code": code} | other
    return WebClient(base_url=two.api_url).oauth_v2_access(**given).data  # type: ignore[return-value]


def install(two: LocalWorkspaces, team: str, person: str, scope: str = SCOPES) -> dict:
    return exchange(two, answer(two.consent(team, person, two.link(scope)))["code"])


# -- the page


def test_the_page_says_in_words_what_the_app_asks_for(two):
    page = Browser().visit(two.link("channels:history,chat:write"))
    assert page.status == 200
    assert "Parrot would like to be added to <strong>Local workspace</strong>" in page.text
    assert "Messages in public channels it was added to" in page.text
    assert "Post messages as itself" in page.text
    assert "Files in places" not in page.text
    for person in ("Lena Brandt", "Maya Okafor"):
        assert person in page.text
    assert "Next door" in page.text
    assert "Nadia Petrova" not in page.text


def test_the_page_is_of_the_workspace_that_is_picked(two):
    page = Browser().visit(two.link(SCOPES) + f"&team={NEXT_DOOR.id}")
    assert "added to <strong>Next door</strong>" in page.text
    assert "Nadia Petrova" in page.text
    assert "Lena Brandt" not in page.text


def test_guests_are_not_asked_and_cannot_answer(two, here):
    here.become("omar", "guest")
    assert "Omar Haddad" not in Browser().visit(two.link()).text
    with pytest.raises(ValueError, match="restricted_action"):
        two.consent(HOME.id, "omar")


def test_whoever_allows_it_is_sent_back_with_a_code_and_the_state(two):
    address = two.consent(HOME.id, "maya", two.link(SCOPES, state="a&b", redirect_uri="http://127.0.0.1:1/back?kept=1"))
    assert address.startswith("http://127.0.0.1:1/back?kept=1&code=")
    assert answer(address)["state"] == "a&b"


def test_whoever_cancels_is_sent_back_without_a_code(two):
    address = two.consent(HOME.id, "maya", two.link(SCOPES, state="s"), "cancel")
    assert answer(address) == {"error": "access_denied", "state": "s"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"user_scope": "chat:write"}, "invalid_scope"),
        ({"redirect_uri": "http://127.0.0.1:2/back"}, "bad_redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:1/backwards"}, "bad_redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:1/back/../away"}, "bad_redirect_uri"),
        ({"team": "T0NOWHERE"}, "team_not_found"),
    ],
)
def test_a_bad_link_leads_nowhere(two, change, code):
    link = two.link(SCOPES)
    for name, value in change.items():
        kept = [part for part in link.partition("?")[2].split("&") if not part.startswith(f"{name}=")]
        link = f"{two.authorize_url}?{'&'.join([*kept, f'{name}={value}'])}"
    page = Browser().visit(link)
    assert page.status == 400
    assert f"<code>{code}</code>" in page.text
    assert "<form" not in page.text


def test_an_app_without_a_redirect_url_cannot_ask(two):
    two.set_redirect_urls()
    assert "bad_redirect_uri" in Browser().visit(two.link()).text


def test_what_a_link_says_is_never_markup(two):
    page = Browser().visit(two.link(SCOPES, state="'\"><script>x</script>"))
    assert page.status == 200
    assert "<script>x" not in page.text
    page = Browser().visit(two.authorize_url + "?client_id=<script>x</script>")
    assert "<script>x" not in page.text
    refused = Browser().visit(two.link("<script>x</script>"))
    assert "<script>x" not in refused.text


def test_another_page_cannot_press_allow(two):
    form = Browser().visit(two.link()).on_form("/oauth/v2/authorize")
    filled = urlencode(form.fields | {"user": "U0MAYA", "answer": "allow"}).encode()
    request = urllib.request.Request(form.address, filled, {"Origin": "http://elsewhere.example"})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)  # noqa: S310


# -- a code for a token


def test_a_code_becomes_a_token(two, there):
    told = install(two, NEXT_DOOR.id, "nadia")
    token = told.pop("access_token")
    assert told == {
        "ok": True,
        "app_id": APP_ID,
        "authed_user": {"id": "U0NADIA"},
        "scope": "channels:history,chat:write,commands,users:read",
        "token_type": "bot",
        "bot_user_id": "U0BOTX",
        "team": {"id": NEXT_DOOR.id, "name": "Next door"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    assert token.startswith("xoxb-")
    assert token == there.bot_token
    who = WebClient(token, base_url=two.api_url).auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == (NEXT_DOOR.id, "U0BOTX", "B0BOTX")
    assert who.headers["x-oauth-scopes"] == "channels:history,chat:write,commands,users:read"


def test_the_client_may_log_in_instead(two):
    code = answer(two.consent(HOME.id, "maya"))["code"]
    client = WebClient(base_url=two.api_url)
    told = client.api_call(
        "oauth.v2.access",
        data={"code": code},
        auth={"client_id": two.client_id, "client_secret": two.client_secret},
    )
    assert told["team"]["id"] == HOME.id


def test_until_the_code_is_used_the_app_is_not_there(two, here):
    code = answer(two.consent(HOME.id, "maya"))["code"]
    assert not here.installed
    exchange(two, code)
    assert here.installed


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_secret": "fälsch"}, "bad_client_secret"),
        ({"code": "1.2"}, "invalid_code"),
        ({"redirect_uri": "http://127.0.0.1:1/back/other"}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
def test_a_code_is_not_given_to_just_anybody(two, here, change, code):
    good = {"code": answer(two.consent(HOME.id, "maya"))["code"]}
    with pytest.raises(SlackApiError, match=code):
        exchange(two, **good | change)
    assert not here.installed
    assert exchange(two, **good)["ok"]


def test_the_place_to_go_back_to_has_to_be_the_same_both_times(two):
    link = two.link(SCOPES, redirect_uri="http://127.0.0.1:1/back/here")
    code = answer(two.consent(HOME.id, "maya", link))["code"]
    with pytest.raises(SlackApiError, match="bad_redirect_uri"):
        exchange(two, code)
    assert exchange(two, code, redirect_uri="http://127.0.0.1:1/back/here")["ok"]


def test_a_code_is_good_once(two):
    code = answer(two.consent(HOME.id, "maya"))["code"]
    exchange(two, code)
    with pytest.raises(SlackApiError, match="code_already_used"):
        exchange(two, code)


def test_a_code_is_good_for_ten_minutes(two, here):
    code = answer(two.consent(HOME.id, "maya"))["code"]
    here.advance(601)
    with pytest.raises(SlackApiError, match="invalid_code"):
        exchange(two, code)


def test_secrets_are_not_in_the_log(two, here):
    install(two, HOME.id, "maya")
    logged = here.calls("oauth.v2.access")
    assert logged
    assert all(two.client_secret not in str(body) for body in logged)


# -- what was granted


def test_only_what_was_agreed_to_is_granted(two, here):
    client = WebClient(install(two, HOME.id, "maya", "users:read")["access_token"], base_url=two.api_url)
    assert client.users_info(user="U0LENA")["ok"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.chat_postMessage(channel="U0LENA", text="Hello")


def test_who_installs_again_keeps_the_token_and_may_do_more(two):
    first = install(two, HOME.id, "maya", "users:read")
    again = install(two, HOME.id, "lena", "commands,chat:write")
    assert again["access_token"] == first["access_token"]
    assert again["scope"] == "chat:write,commands,users:read"
    assert again["authed_user"] == {"id": "U0LENA"}


# -- before, and after


def test_an_app_that_is_not_there_hears_nothing_and_has_no_command(two, here):
    here.message("lena", "#deals", "Hello")
    here.quiet()
    assert here.traffic("to_bot") == []
    with pytest.raises(Exception, match="not a command here"):
        here.command("lena", "#deals", "/parrot")
    with pytest.raises(Exception, match="There is no global shortcut"):
        here.shortcut("lena", "say")
    state = here.state("lena")
    assert state["workspace"]["bot"] is None
    assert all(not user["is_bot"] for user in state["users"])
    assert "U0BOT" not in str(state["channels"])


def removed_by_a_person(two: LocalWorkspaces, here: Handle, client: WebClient) -> None:
    here.uninstall()


def removed_by_itself(two: LocalWorkspaces, here: Handle, client: WebClient) -> None:
    client.apps_uninstall(client_id=two.client_id, client_secret=two.client_secret)


@pytest.mark.parametrize("remove", [removed_by_a_person, removed_by_itself])
def test_an_app_that_is_removed_is_told_and_can_do_nothing_more(two, here, there, remove):
    client = WebClient(install(two, HOME.id, "maya")["access_token"], base_url=two.api_url)
    beside = WebClient(install(two, NEXT_DOOR.id, "nadia")["access_token"], base_url=two.api_url)
    here.invite("lena", "#deals", "parrot")
    here.quiet()
    remove(two, here, client)
    here.quiet()
    told = [entry["body"] for entry in here.traffic("to_bot", "events_api")]
    told = [body for body in told if body["event"]["type"] != "message"]
    gone = {body["event"]["type"]: body for body in told if body["event"]["type"] != "member_joined_channel"}
    assert gone.keys() == {"app_uninstalled", "tokens_revoked"}
    assert gone["tokens_revoked"]["event"]["tokens"] == {"oauth": [], "bot": ["U0BOT"]}
    assert {body["team_id"] for body in gone.values()} == {HOME.id}
    with pytest.raises(SlackApiError, match="account_inactive"):
        client.auth_test()
    here.message("lena", "#deals", "Is it gone?")
    here.quiet()
    assert "Is it gone?" not in str(here.traffic("to_bot"))
    assert "U0BOT" not in here.state("lena")["channels"][0]["members"]
    assert beside.auth_test()["team_id"] == NEXT_DOOR.id


def test_a_button_of_an_app_that_is_gone_reaches_nobody(two, here):
    client = WebClient(install(two, HOME.id, "maya")["access_token"], base_url=two.api_url)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    client.chat_postMessage(channel="U0LENA", text="Hello", blocks=[{"type": "actions", "elements": [button]}])
    (message,) = here.messages(here.dm("lena"))
    here.uninstall()
    with pytest.raises(Exception, match="no longer in this workspace"):
        here.action("lena", message, "go")


def test_only_the_app_itself_may_remove_itself(two, here):
    client = WebClient(install(two, HOME.id, "maya")["access_token"], base_url=two.api_url)
    with pytest.raises(SlackApiError, match="bad_client_secret"):
        client.apps_uninstall(client_id=two.client_id, client_secret="wrong")
    with pytest.raises(SlackApiError, match="invalid_client_id"):
        client.apps_uninstall(client_id="1.2", client_secret=two.client_secret)
    assert here.installed


def test_an_app_gives_its_token_back(two, here):
    client = WebClient(install(two, HOME.id, "maya")["access_token"], base_url=two.api_url)
    assert client.auth_revoke(test=True)["revoked"] is False
    assert client.auth_revoke()["revoked"] is True
    here.quiet()
    assert [entry["body"]["event"]["type"] for entry in here.traffic("to_bot", "events_api")] == ["tokens_revoked"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        client.auth_test()


def test_an_app_that_comes_back_has_a_new_token_and_is_in_no_channel(two, here):
    first = install(two, HOME.id, "maya")["access_token"]
    here.invite("lena", "#deals", "parrot")
    here.uninstall()
    again = install(two, HOME.id, "maya")["access_token"]
    assert again != first
    client = WebClient(again, base_url=two.api_url)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.chat_postMessage(channel="#deals", text="Hello again")
    with pytest.raises(SlackApiError, match="account_inactive"):
        WebClient(first, base_url=two.api_url).auth_test()


def test_a_removal_may_be_told_in_either_order(two, here):
    install(two, HOME.id, "maya")
    here.trouble("reordered", times=2)
    here.uninstall()
    here.quiet()
    order = [entry["body"]["event"]["type"] for entry in here.traffic("to_bot", "events_api")]
    assert order[0] == "app_uninstalled"
    assert "tokens_revoked" in order


# -- a real app


def test_an_app_of_slacks_own_kit_is_installed_in_both(
    two: LocalWorkspaces, here: Handle, there: Handle, serve_for: Callable[[LocalWorkspaces, App], str], tmp_path: Path
):
    """Bolt with its own install page and stores, from the link to the command in each workspace."""
    app = App(
        signing_secret=two.signing_secret,
        client=WebClient(base_url=two.api_url),
        oauth_settings=OAuthSettings(
            client_id=two.client_id,
            client_secret=two.client_secret,
            scopes=SCOPES.split(","),
            authorization_url=two.authorize_url,
            installation_store=FileInstallationStore(base_dir=str(tmp_path / "installations")),
            state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(tmp_path / "states")),
        ),
    )
    app.command("/parrot")(lambda ack, client: ack(client.auth_test()["team"]))
    address = serve_for(two, app)
    two.set_redirect_urls(f"{address}/slack/oauth_redirect")
    for handle, person in ((here, "maya"), (there, "nadia")):
        shown = two.install(handle.team, person, f"{address}/slack/install")
        assert shown.status == 200
        assert "Thank you" in shown.text
    assert here.command("lena", "#deals", "/parrot")["response"]["text"] == "Local workspace"
    assert there.command("piet", "#deals", "/parrot")["response"]["text"] == "Next door"
    shown = two.install(HOME.id, "maya", f"{address}/slack/install", "cancel")
    assert "access_denied" in shown.text
