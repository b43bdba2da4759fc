"""The Web API as a bot meets it, called with the real client: what works, and how the rest is refused."""

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.running import LocalWorkspace


def refused(call, **arguments):
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response


def test_the_bot_learns_who_it_is_and_what_it_may_do(client):
    answer = client.auth_test()
    assert (answer["user"], answer["user_id"], answer["bot_id"]) == ("parrot", "U0BOT", "B0BOT")
    assert answer["team_id"] == "T0LOCAL"
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
def test_a_wrong_token_is_refused(workspace, token, error):
    stranger = WebClient(token, base_url=workspace.api_url)
    assert refused(stranger.auth_test)["error"] == error


def test_each_token_opens_only_its_own_door(workspace, client):
    assert refused(client.apps_connections_open, app_token=workspace.bot_token)["error"] == "not_allowed_token_type"
    with_app_token = WebClient(workspace.app_token, base_url=workspace.api_url)
    assert refused(with_app_token.auth_test)["error"] == "not_allowed_token_type"


def test_a_method_that_is_not_modelled_is_unknown_and_logged(workspace, client):
    assert refused(client.api_call, api_method="chat.scheduleMessage")["error"] == "unknown_method"
    assert workspace.traffic("from_bot", "chat.scheduleMessage")[0]["status"] == "unknown_method"


def test_a_message_is_posted_and_read_back(workspace, client):
    posted = client.chat_postMessage(channel="C0DEALS", text="Hello *there* &amp; <@U0LENA>")
    assert posted["message"]["bot_id"] == "B0BOT"
    [read] = client.conversations_history(channel="C0DEALS")["messages"]
    assert read["text"] == "Hello *there* &amp; <@U0LENA>"
    assert workspace.messages("#deals")[0]["ts"] == posted["ts"]


def test_arguments_may_come_as_json_or_in_the_query(workspace, client):
    client.api_call("chat.postMessage", json={"channel": "C0DEALS", "text": "as JSON"})
    client.api_call("chat.postMessage", http_verb="GET", params={"channel": "C0DEALS", "text": "in the query"})
    assert [message["text"] for message in workspace.messages("#deals")] == ["as JSON", "in the query"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0GENERAL", "not_in_channel"), ("G0FORECAST", "channel_not_found"), ("C0NOWHERE", "channel_not_found")],
)
def test_the_bot_cannot_talk_where_it_is_not(client, channel, error):
    assert refused(client.chat_postMessage, channel=channel, text="Hello")["error"] == error


def test_joining_a_public_channel_lets_the_bot_talk_there(workspace, client):
    client.conversations_join(channel="C0GENERAL")
    client.chat_postMessage(channel="C0GENERAL", text="Hello")
    assert [m["text"] for m in workspace.messages("#general")] == ["<@U0BOT> has joined the channel", "Hello"]
    assert client.conversations_join(channel="C0GENERAL")["warning"] == "already_in_channel"


def test_with_the_scope_a_public_channel_need_not_be_joined(manifest):
    public = json.loads(json.dumps(manifest))
    public["oauth_config"]["scopes"]["bot"].append("chat:write.public")
    with LocalWorkspace(public) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        assert client.chat_postMessage(channel="C0GENERAL", text="Hello")["ok"]


def test_posting_to_a_person_opens_the_direct_message(workspace, client):
    posted = client.chat_postMessage(channel="U0LENA", text="Hello Lena")
    assert posted["channel"] == workspace.dm("lena") == client.conversations_open(users="U0LENA")["channel"]["id"]
    assert refused(client.conversations_open, users="U0NOBODY")["error"] == "user_not_found"


def test_a_missing_scope_is_named(manifest):
    poor = json.loads(json.dumps(manifest))
    poor["oauth_config"]["scopes"] = {"bot": ["chat:write"]}
    with LocalWorkspace(poor) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        answer = refused(client.users_info, user="U0LENA")
        assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "users:read", "chat:write")
        assert refused(client.conversations_history, channel="C0DEALS")["needed"] == "channels:history"
        assert refused(client.reactions_add, channel="C0DEALS", timestamp="1", name="x")["needed"] == "reactions:write"


def test_an_optional_scope_counts_as_granted(client):
    assert client.dnd_info(user="U0LENA")["dnd_enabled"] is False


def test_a_message_needs_something_to_say(client):
    answer = refused(client.api_call, api_method="chat.postMessage", params={"channel": "C0DEALS", "text": ""})
    assert answer["error"] == "no_text"


def test_a_long_message_is_cut_and_a_long_update_refused(workspace, client):
    posted = client.chat_postMessage(channel="C0DEALS", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert posted["warning"] == "message_truncated"
    answer = refused(client.chat_update, channel="C0DEALS", ts=posted["ts"], text="x" * 4_001)
    assert answer["error"] == "msg_too_long"


def test_what_would_change_the_look_and_is_not_modelled_is_refused(client):
    assert refused(client.chat_postMessage, channel="C0DEALS", text="x", username="Other")["error"] == (
        "invalid_arguments"
    )


BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "In blocks"}}]


def test_an_update_with_text_alone_takes_the_blocks_away(workspace, client):
    ts = client.chat_postMessage(channel="C0DEALS", text="fallback", blocks=BLOCKS)["ts"]
    client.chat_update(channel="C0DEALS", ts=ts, text="only text")
    [message] = workspace.messages("#deals")
    assert message["text"] == "only text"
    assert "blocks" not in message
    assert message["edited"]["user"] == "U0BOT"


def test_an_update_of_blocks_is_not_marked_as_edited(workspace, client):
    ts = client.chat_postMessage(channel="C0DEALS", text="fallback", blocks=BLOCKS)["ts"]
    client.chat_update(channel="C0DEALS", ts=ts, text="fallback", blocks=BLOCKS)
    assert "edited" not in workspace.messages("#deals")[0]


def test_the_bot_changes_and_deletes_only_its_own_messages(workspace, client):
    ts = workspace.message("lena", "#deals", "mine")
    assert refused(client.chat_update, channel="C0DEALS", ts=ts, text="yours")["error"] == "cant_update_message"
    assert refused(client.chat_delete, channel="C0DEALS", ts=ts)["error"] == "cant_delete_message"
    assert refused(client.chat_update, channel="C0DEALS", ts="1.0", text="x")["error"] == "message_not_found"
    own = client.chat_postMessage(channel="C0DEALS", text="own")["ts"]
    client.chat_delete(channel="C0DEALS", ts=own)
    assert [message["text"] for message in workspace.messages("#deals")] == ["mine"]


def test_blocks_get_ids_where_the_app_gave_none(client):
    posted = client.chat_postMessage(
        channel="C0DEALS",
        text="x",
        blocks=[{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]}],
    )
    [block] = posted["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


def test_bad_blocks_are_refused_with_the_reason(client):
    answer = refused(client.chat_postMessage, channel="C0DEALS", text="x", blocks=[{"type": "section"}])
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] missing required field: text or fields [json-pointer:/blocks/0]"
    ]
    assert (
        refused(client.chat_postMessage, channel="C0DEALS", text="x", blocks="[{")["error"] == "invalid_blocks_format"
    )


def test_metadata_is_kept_and_given_only_when_asked_for(client):
    metadata = {"event_type": "spoken", "event_payload": {"key": "1"}}
    ts = client.chat_postMessage(channel="C0DEALS", text="x", metadata=metadata)["ts"]
    [plain] = client.conversations_history(channel="C0DEALS")["messages"]
    assert "metadata" not in plain
    [full] = client.conversations_replies(channel="C0DEALS", ts=ts, include_all_metadata=True)["messages"]
    assert full["metadata"] == metadata
    bad = refused(client.chat_postMessage, channel="C0DEALS", text="x", metadata={"event_type": "spoken"})
    assert bad["error"] == "invalid_metadata_format"


def test_a_thread_is_read_parent_first_and_history_leaves_replies_out(workspace, client):
    parent = workspace.message("lena", "#deals", "parent")
    for text in ("one", "two"):
        workspace.message("omar", "#deals", text, parent)
    workspace.message("omar", "#deals", "to all", parent, broadcast=True)
    thread = client.conversations_replies(channel="C0DEALS", ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "one", "two", "to all"]
    assert (thread[0]["reply_count"], thread[0]["reply_users"]) == (3, ["U0OMAR"])
    assert thread[1]["parent_user_id"] == "U0LENA"
    history = client.conversations_history(channel="C0DEALS")["messages"]
    assert [message["text"] for message in history] == ["to all", "parent"]
    assert refused(client.conversations_replies, channel="C0DEALS", ts="1.0")["error"] == "thread_not_found"


def test_history_comes_in_pages_and_in_a_range(workspace, client):
    sent = [workspace.message("lena", "#deals", str(number)) for number in range(5)]
    texts: list[str] = []
    for page in client.conversations_history(channel="C0DEALS", limit=2):
        assert len(page["messages"]) <= 2
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["4", "3", "2", "1", "0"]
    later = client.conversations_history(channel="C0DEALS", oldest=sent[3])["messages"]
    assert [message["text"] for message in later] == ["4"]
    until = client.conversations_history(channel="C0DEALS", latest=sent[1], inclusive=True)["messages"]
    assert [message["text"] for message in until] == ["1", "0"]
    assert refused(client.conversations_history, channel="C0DEALS", cursor="nonsense")["error"] == "invalid_cursor"


def test_people_and_channels_come_in_pages(client):
    people = [[user["name"] for user in page["members"]] for page in client.users_list(limit=2)]
    assert [len(page) for page in people] == [2, 2, 1]
    assert len({name for page in people for name in page}) == 5
    listed = client.conversations_list(types="public_channel", limit=1)
    assert [[channel["name"] for channel in page["channels"]] for page in listed] == [["deals"], ["general"]]


def test_reading_needs_membership(client):
    assert refused(client.conversations_history, channel="C0GENERAL")["error"] == "not_in_channel"
    assert refused(client.conversations_replies, channel="G0FORECAST", ts="1")["error"] == "channel_not_found"


def test_channels_are_described_as_far_as_the_bot_sees_them(workspace, client):
    names = [
        channel["name"] for channel in client.conversations_list(types="public_channel,private_channel")["channels"]
    ]
    assert names == ["deals", "general"]
    workspace.invite("maya", "forecast", "parrot")
    own = client.users_conversations(types="public_channel,private_channel")["channels"]
    assert [channel["name"] for channel in own] == ["deals", "forecast"]
    assert client.conversations_info(channel="C0GENERAL")["channel"]["is_member"] is False
    assert client.conversations_members(channel="C0DEALS")["members"] == ["U0MAYA", "U0LENA", "U0OMAR", "U0BOT"]
    assert refused(client.conversations_list, types="public")["error"] == "invalid_types"


def test_people_are_described_with_their_time_zone(client):
    user = client.users_info(user="U0OMAR")["user"]
    assert user["tz"] == "America/New_York"
    assert user["tz_offset"] in (-18000, -14400)
    assert user["tz_label"] in ("EST", "EDT")
    assert [member["name"] for member in client.users_list()["members"]] == ["maya", "lena", "omar", "rosa", "parrot"]
    assert refused(client.users_info, user="U0NOBODY")["error"] == "user_not_found"
    assert client.bots_info(bot="B0BOT")["bot"]["app_id"] == "A0APP"


def test_the_language_of_a_person_is_told_to_whoever_asks_for_it(client):
    assert client.users_info(user="U0OMAR", include_locale=True)["user"]["locale"] == "en-GB"
    assert client.users_list(include_locale=True)["members"][0]["locale"] == "en-GB"
    assert "locale" not in client.users_info(user="U0OMAR")["user"]
    assert "locale" not in client.users_list()["members"][0]


def test_a_reaction_is_given_once_and_taken_once(workspace, client):
    ts = workspace.message("lena", "#deals", "well said")
    where = {"channel": "C0DEALS", "timestamp": ts, "name": "eyes"}
    client.reactions_add(**where)
    assert refused(client.reactions_add, **where)["error"] == "already_reacted"
    assert client.reactions_get(channel="C0DEALS", timestamp=ts)["message"]["reactions"] == [
        {"name": "eyes", "users": ["U0BOT"], "count": 1}
    ]
    client.reactions_remove(**where)
    assert refused(client.reactions_remove, **where)["error"] == "no_reaction"
    assert workspace.messages("#deals")[0]["reactions"] == []


def test_a_note_is_seen_by_one_person_and_read_back_by_nobody(workspace, client):
    client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="between us")
    assert [note["text"] for note in workspace.ephemerals("lena")] == ["between us"]
    assert workspace.ephemerals("omar") == []
    assert client.conversations_history(channel="C0DEALS")["messages"] == []
    answer = refused(client.chat_postEphemeral, channel="C0DEALS", user="U0ROSA", text="x")
    assert answer["error"] == "user_not_in_channel"


def test_a_permalink_leads_to_the_message(workspace, client):
    parent = workspace.message("lena", "#deals", "parent")
    reply = workspace.message("lena", "#deals", "reply", parent)
    link = client.chat_getPermalink(channel="C0DEALS", message_ts=reply)["permalink"]
    assert link == f"{workspace.url}/archives/C0DEALS/p{reply.replace('.', '')}?thread_ts={parent}&cid=C0DEALS"


def test_a_status_shows_until_the_bot_has_spoken(workspace, client):
    parent = workspace.message("lena", "#deals", "parent")
    client.assistant_threads_setStatus(channel_id="C0DEALS", thread_ts=parent, status="is thinking…")
    assert workspace.state("lena")["statuses"] == [
        {"channel": "C0DEALS", "thread_ts": parent, "status": "is thinking…"}
    ]
    client.chat_postMessage(channel="C0DEALS", thread_ts=parent, text="thought")
    assert workspace.state("lena")["statuses"] == []


def test_a_reply_to_a_thread_that_is_not_there_is_taken_as_slack_takes_it(workspace, client):
    client.chat_postMessage(channel="C0DEALS", thread_ts="1.000000", text="anyone?")
    assert workspace.messages("#deals")[0]["thread_ts"] == "1.000000"


def test_api_test_gives_back_what_it_got(client):
    assert client.api_test(foo="bar")["args"]["foo"] == "bar"
    assert refused(client.api_test, error="my_error")["error"] == "my_error"
