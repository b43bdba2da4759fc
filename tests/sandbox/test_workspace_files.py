"""Files: sent by people, fetched by the bot with its token, uploaded by the bot, saved from the page."""

import base64
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from tests.sandbox.conftest import MANIFEST

CSV = "name,stage\nNörthwind,Proposal\n".encode()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def fetched(address: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.build_opener(Stay).open(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def without(*scopes: str) -> dict:
    kept = [each for each in MANIFEST["oauth_config"]["scopes"]["bot"] if each not in scopes]
    return {**MANIFEST, "oauth_config": {"scopes": {"bot": kept}}}


@pytest.fixture
def sent(workspace: LocalWorkspace) -> dict:
    """A file as Slack describes it, sent by Lena to the bot."""
    ts = workspace.send_file("lena", workspace.dm("lena"), "my pipeline.csv", CSV, "here")
    return next(each for each in workspace.messages("D0LENA") if each["ts"] == ts)["files"][0]


def test_a_file_comes_as_a_file_share_with_its_address(workspace, app, hear, connect):
    connect(app)
    workspace.send_file("lena", workspace.dm("lena"), "pipeline.csv", CSV, "here")
    workspace.quiet()
    [event] = hear
    assert (event["subtype"], event["channel_type"], event["text"]) == ("file_share", "im", "here")
    [file] = event["files"]
    assert (file["name"], file["size"], file["mimetype"]) == ("pipeline.csv", len(CSV), "text/csv")
    assert file["url_private_download"].startswith(workspace.url)


def test_the_bot_fetches_a_file_with_its_token(workspace, sent):
    assert fetched(sent["url_private_download"], workspace.bot_token) == (200, CSV)
    assert fetched(sent["url_private"], workspace.bot_token) == (200, CSV)


def test_without_the_token_or_the_scope_there_is_the_way_to_sign_in(workspace, sent):
    assert fetched(sent["url_private_download"])[0] == 302
    assert fetched(sent["url_private_download"], "xoxb-other")[0] == 302
    with LocalWorkspace(without("files:read")) as other:
        other.send_file("lena", other.dm("lena"), "a.csv", CSV)
        [message] = other.messages("D0LENA")
        assert fetched(message["files"][0]["url_private_download"], other.bot_token)[0] == 302


def test_a_file_that_was_deleted_is_not_found(workspace, sent):
    workspace.lose_file(sent["id"])
    assert fetched(sent["url_private_download"], workspace.bot_token)[0] == 404


def test_a_file_may_be_a_name_only_and_its_content_has_to_be_base64(workspace):
    ts = workspace.message("lena", "#deals", "see", files=[{"name": "a.pdf", "mimetype": "application/pdf", "size": 3}])
    [message] = workspace.messages("#deals", ts)
    assert "url_private" not in message["files"][0]
    with pytest.raises(Refusal, match="base64"):
        workspace.message("lena", "#deals", "see", files=[{"name": "a.csv", "content": "not base64!"}])
    with pytest.raises(Refusal, match="32 MB"):
        workspace.send_file("lena", "#deals", "large.csv", b"x" * (32 * 1024**2 + 1))


def test_people_save_files_they_can_see_and_no_others(workspace, sent):
    assert fetched(f"{workspace.url}/control/file/{sent['id']}?user=lena") == (200, CSV)
    assert fetched(f"{workspace.url}/control/file/{sent['id']}?user=maya")[0] == 404
    assert fetched(f"{workspace.url}/control/file/F0?user=lena")[0] == 404


def test_the_bot_shares_a_file_of_its_own(workspace, client):
    client.files_upload_v2(
        channel=workspace.dm("lena"), content="line,why\n2,no\n", filename="rejected.csv", initial_comment="Look"
    )
    [message] = workspace.messages("D0LENA")
    assert (message["user"], message["text"], message["files"][0]["name"]) == ("U0BOT", "Look", "rejected.csv")
    assert workspace.file(message["files"][0]["id"]) == b"line,why\n2,no\n"


def test_an_upload_has_to_be_what_was_announced(workspace, client):
    answer = client.files_getUploadURLExternal(filename="a.csv", length=5)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(answer["upload_url"], b"too long", method="POST"))  # noqa: S310
    refused.value.close()
    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(files=[{"id": answer["file_id"]}], channel_id=workspace.dm("lena"))
    with LocalWorkspace(without("files:write")) as other, pytest.raises(SlackApiError, match="missing_scope"):
        WebClient(other.bot_token, base_url=other.api_url).files_getUploadURLExternal(filename="a.csv", length=5)


def test_somebody_is_found_by_their_address(workspace, client):
    assert client.users_lookupByEmail(email="Lena@Example.com")["user"]["id"] == "U0LENA"
    with pytest.raises(SlackApiError, match="users_not_found"):
        client.users_lookupByEmail(email="nobody@example.com")


def test_addresses_are_for_apps_that_may_know_them(workspace, client):
    assert client.users_info(user="U0LENA")["user"]["profile"]["email"] == "lena@example.com"
    with LocalWorkspace(without("users:read.email")) as other:
        stranger = WebClient(other.bot_token, base_url=other.api_url)
        assert "email" not in stranger.users_info(user="U0LENA")["user"]["profile"]
        with pytest.raises(SlackApiError, match="missing_scope"):
            stranger.users_lookupByEmail(email="lena@example.com")


def test_files_outlive_the_process(tmp_path):
    kept = tmp_path / "kept.json"
    with LocalWorkspace(MANIFEST, store=kept) as first:
        first.message("lena", "#deals", "", files=[{"name": "a.csv", "content": base64.b64encode(CSV).decode()}])
        [message] = first.messages("#deals")
    with LocalWorkspace(MANIFEST, store=kept) as second:
        assert second.file(message["files"][0]["id"]) == CSV
        second.reset()
        with pytest.raises(Refusal, match="not here any more"):
            second.file(message["files"][0]["id"])
