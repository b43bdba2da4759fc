"""Running a local workspace inside a program: quick to start, its clock in hand, its trouble on demand, its memory."""

import json
import math
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from sandbox.refusals import Refusal
from sandbox.running import LocalWorkspace
from tests.conftest import PATIENCE, quickest


def test_it_starts_and_stops_at_once(manifest):
    def comes_and_goes() -> None:
        with LocalWorkspace(manifest) as workspace:
            assert workspace.state("lena")["me"]["name"] == "lena"
            assert not workspace.connected
        workspace.stop()

    assert quickest(comes_and_goes) < 1


def test_several_run_side_by_side(manifest):
    with LocalWorkspace(manifest) as one, LocalWorkspace(manifest) as other:
        one.message("lena", "#deals", "here")
        one.invite("rosa", "#deals", "rosa")
        assert other.messages("#deals") == []
        assert len(other.state("rosa")["channels"][0]["members"]) == 4


def test_a_port_that_is_taken_is_an_error_at_the_start(manifest, workspace):
    with pytest.raises(OSError, match="in use"):
        LocalWorkspace(manifest, port=int(workspace.url.rpartition(":")[2])).start()


def test_any_thread_may_act(workspace):
    def talk(name: str) -> None:
        for number in range(20):
            workspace.message(name, "#deals", f"{name} {number}")

    threads = [threading.Thread(target=talk, args=(name,)) for name in ("lena", "omar", "maya")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stamps = [message["ts"] for message in workspace.messages("#deals")]
    assert len(set(stamps)) == 60
    assert stamps == sorted(stamps)


def test_the_clock_is_held_by_the_test(manifest):
    with LocalWorkspace(manifest, clock=lambda: 1_790_000_000.0) as workspace:
        first = workspace.message("lena", "#deals", "one")
        second = workspace.message("lena", "#deals", "two")
        assert first.startswith("1790000000.")
        assert float(second) > float(first)
        workspace.advance(86_400)
        assert workspace.message("lena", "#deals", "three").startswith("1790086400.")
        assert workspace.now == 1_790_086_400.0


@pytest.mark.parametrize("seconds", [-1, -0.001, math.nan, math.inf])
def test_the_clock_goes_only_forward(workspace, seconds):
    with pytest.raises(Refusal, match="forward"):
        workspace.advance(seconds)
    assert workspace.state("lena")["workspace"]["clock"]["offset"] == 0


def test_waiting_in_vain_says_what_was_said_and_sent(workspace, client):
    client.chat_postMessage(channel="C0DEALS", text="the only thing said")
    with pytest.raises(TimeoutError, match="the only thing said"):
        workspace.wait_until(lambda: False, timeout=0.05)


def test_calls_are_kept_with_their_arguments(workspace, client):
    client.chat_postMessage(channel="C0DEALS", text="one")
    client.chat_postMessage(channel="C0DEALS", text="two", metadata={"event_type": "e", "event_payload": {}})
    assert [call["text"] for call in workspace.calls("chat.postMessage")] == ["one", "two"]


# -- trouble on demand


def test_too_many_calls_are_told_to_wait(workspace, client):
    workspace.fault("chat.postMessage", "rate_limited", seconds=0)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0DEALS", text="x")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["retry-after"] == "0"


def test_the_sdk_waits_as_it_is_told(workspace):
    client = WebClient(
        workspace.bot_token, base_url=workspace.api_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)]
    )
    workspace.fault("*", "rate_limited", times=1, seconds=0)
    client.chat_postMessage(channel="C0DEALS", text="x")
    assert [entry["status"] for entry in workspace.traffic("from_bot")] == ["rate_limited", "ok"]


def test_a_connection_may_drop_after_the_message_was_posted(workspace):
    client = WebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])
    workspace.fault("chat.postMessage", "drop_after")
    with pytest.raises(OSError):
        client.chat_postMessage(channel="C0DEALS", text="did it arrive?")
    assert len(workspace.messages("#deals")) == 1
    workspace.fault("chat.postMessage", "drop_before")
    with pytest.raises(OSError):
        client.chat_postMessage(channel="C0DEALS", text="it did not")
    assert len(workspace.messages("#deals")) == 1


def test_the_sdks_own_retry_posts_twice_when_the_answer_is_lost(workspace, client):
    workspace.fault("chat.postMessage", "drop_after")
    client.chat_postMessage(channel="C0DEALS", text="twice")
    assert [message["text"] for message in workspace.messages("#deals")] == ["twice", "twice"]


def test_a_server_error_and_a_slow_answer(workspace, client):
    workspace.fault("auth.test", "server_error")
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503
    workspace.fault("auth.test", "slow", seconds=0.1)
    began = time.monotonic()
    client.auth_test()
    assert time.monotonic() - began >= 0.1


def test_calls_can_be_held_while_something_happens(workspace, client):
    with ThreadPoolExecutor() as pool:
        with workspace.holding("chat.postMessage"):
            posted = pool.submit(client.chat_postMessage, channel="C0DEALS", text="at last")
            client.auth_test()
            workspace.message("lena", "#deals", "meanwhile")
        posted.result(PATIENCE)
    assert [message["text"] for message in workspace.messages("#deals")] == ["meanwhile", "at last"]


# -- memory


def test_what_was_said_outlives_the_process(manifest, tmp_path):
    store = tmp_path / "deep" / "workspace.json"
    with LocalWorkspace(manifest, store=store) as before:
        client = WebClient(before.bot_token, base_url=before.api_url)
        parent = before.message("lena", "#deals", "parent")
        before.message("omar", "#deals", "reply", parent)
        before.react("omar", "#deals", parent, "eyes")
        before.invite("maya", "forecast", "parrot")
        client.chat_postMessage(channel="U0LENA", text="psst", metadata={"event_type": "e", "event_payload": {}})
        client.chat_postEphemeral(channel="C0DEALS", user="U0LENA", text="note")
        client.views_publish(user_id="U0LENA", view={"type": "home", "blocks": [{"type": "divider"}]})
        before.advance(3600)
        kept = before.state("lena")
    with LocalWorkspace(manifest, store=store) as after:
        state = after.state("lena")
        for part in ("messages", "channels", "ephemerals", "home", "unread"):
            assert state[part] == kept[part]
        assert state["workspace"]["clock"]["offset"] == 3600
        assert float(after.message("lena", "#deals", "later")) > float(kept["messages"]["C0DEALS"][-1]["ts"])


def test_what_was_said_is_written_while_running(manifest, tmp_path):
    store = tmp_path / "workspace.json"
    with LocalWorkspace(manifest, store=store) as workspace:
        workspace.message("lena", "#deals", "remember")
        workspace.wait_until(store.exists)
        assert json.loads(store.read_text(encoding="utf-8"))["messages"][0]["text"] == "remember"
    assert [path.name for path in tmp_path.iterdir()] == ["workspace.json"]


def test_a_store_of_another_version_is_not_overwritten(manifest, tmp_path):
    store = tmp_path / "workspace.json"
    store.write_text('{"version": 99}', encoding="utf-8")
    with pytest.raises(ValueError, match="move it away"):
        LocalWorkspace(manifest, store=store).start()
    assert store.read_text(encoding="utf-8") == '{"version": 99}'


def test_no_event_id_repeats_over_restarts(manifest):
    ids: list[str] = []
    for _ in range(2):
        with LocalWorkspace(manifest, retry_delays=()) as workspace:
            workspace.message("lena", "#deals", "Hello")
            workspace.quiet()
            ids += [entry["body"]["event_id"] for entry in workspace.traffic("to_bot")]
    assert len(set(ids)) == 2


def test_it_can_be_served_for_any_app(manifest, tmp_path):
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "sandbox", "--manifest", str(file), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        try:
            url = running.stdout.readline().rpartition(" ")[2].strip()
            client = WebClient("xoxb-local", base_url=f"{url}/api/")
            assert client.auth_test()["user"] == "parrot"
            with pytest.raises(SlackApiError, match="ratelimited"):
                for _ in range(100):
                    client.users_list()
        finally:
            running.terminate()
