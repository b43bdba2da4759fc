"""Slack counts what a bot asks of it: so many calls at once, so many a minute, and what becomes of one too many."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from sandbox.limits import POSTING, RATES, TIER_2, TIER_3, TIER_4
from sandbox.running import LocalWorkspace
from sandbox.slack_door import OF_THE_APP
from sandbox.web_api import METHODS

WITHOUT_A_NUMBER = {"assistant.threads.setStatus", "auth.test", "chat.getPermalink", "oauth.v2.access"}
"""Their pages speak of special limits and name none."""


@dataclass
class Stopwatch:
    seconds: float = 12345.678

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def workspace(manifest, stopwatch):
    with LocalWorkspace(manifest, retry_delays=(), limits=True, stopwatch=stopwatch) as running:
        yield running


@pytest.fixture
def post(client) -> Callable[[], object]:
    return lambda: client.chat_postMessage(channel="C0DEALS", text="again")


def use_up(call: Callable[[], object]) -> tuple[int, int]:
    """Calls until Slack refuses: how many calls it took, and after how many seconds it will take the next."""
    for taken in range(1000):
        try:
            call()
        except SlackApiError as error:
            assert (error.response.status_code, error.response.data) == (429, {"ok": False, "error": "ratelimited"})
            return taken, int(error.response.headers["retry-after"])
    raise AssertionError("Slack takes everything.")


def test_a_short_burst_of_messages_is_taken_and_then_one_a_second(workspace, stopwatch, post):
    assert use_up(post) == (POSTING.burst, 1)
    for _ in range(5):
        stopwatch.seconds += 1
        assert use_up(post) == (1, 1)
    stopwatch.seconds += POSTING.burst
    assert use_up(post) == (POSTING.burst, 1)
    assert len(workspace.messages("#deals")) == 2 * POSTING.burst + 5


def test_a_refused_call_does_nothing_and_does_not_count(workspace, stopwatch, post):
    use_up(post)
    for _ in range(50):
        assert use_up(post) == (0, 1)
    assert len(workspace.messages("#deals")) == POSTING.burst
    stopwatch.seconds += 1
    assert use_up(post) == (1, 1)
    assert {entry["status"] for entry in workspace.traffic("from_bot")} == {"ok", "rate_limited"}


def test_posting_is_counted_for_each_channel(client, post):
    use_up(post)
    client.chat_postMessage(channel="U0LENA", text="elsewhere")


def test_each_method_is_counted_for_itself(client):
    use_up(lambda: client.users_info(user="U0LENA"))
    assert use_up(lambda: client.users_info(user="U0OMAR"))[0] == 0
    client.conversations_info(channel="C0DEALS")


@pytest.mark.parametrize(
    ("method", "arguments", "rate"),
    [
        ("users.list", {}, TIER_2),
        ("conversations.history", {"channel": "C0DEALS"}, TIER_3),
        ("users.info", {"user": "U0LENA"}, TIER_4),
    ],
)
def test_a_minutes_calls_may_come_at_once_and_who_waits_as_told_is_served(stopwatch, client, method, arguments, rate):
    def call() -> None:
        client.api_call(method, params=arguments)

    taken, wait = use_up(call)
    assert taken == rate.burst
    for _ in range(20):
        stopwatch.seconds += wait
        taken, wait = use_up(call)
        assert taken
    stopwatch.seconds += 60
    assert use_up(call)[0] == rate.burst


def test_a_client_that_waits_as_it_is_told_loses_nothing(workspace, stopwatch):
    class Patient(RateLimitErrorRetryHandler):
        """Waits by the stopwatch that counts."""

        def prepare_for_next_attempt(self, *, state, response, **_):
            stopwatch.seconds += int(response.headers["retry-after"][0])
            state.next_attempt_requested = True
            state.increment_current_attempt()

    client = WebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[Patient(max_retry_count=1)])
    numbers = [str(number) for number in range(POSTING.burst + 5)]
    for number in numbers:
        client.chat_postMessage(channel="C0DEALS", text=number)
    assert [message["text"] for message in workspace.messages("#deals")] == numbers
    assert [entry["status"] for entry in workspace.traffic("from_bot")].count("rate_limited") == 5


def test_the_workspaces_own_clock_refills_nothing(workspace, post):
    use_up(post)
    workspace.advance(86_400)
    assert use_up(post) == (0, 1)


def test_calls_with_a_wrong_token_do_not_count(workspace, client):
    stranger = WebClient("xoxb-stranger", base_url=workspace.api_url)
    for _ in range(TIER_2.burst + 1):
        with pytest.raises(SlackApiError, match="invalid_auth"):
            stranger.users_list()
    client.users_list()


def test_counting_is_switched_on_and_off_while_running(manifest):
    with LocalWorkspace(manifest, retry_delays=(), stopwatch=Stopwatch()) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)

        def switch(on: object) -> dict:
            body = json.dumps({"on": on}).encode()
            with urllib.request.urlopen(f"{workspace.url}/control/limits", body) as response:  # noqa: S310
                return json.load(response)

        for _ in range(TIER_2.burst + 1):
            client.users_list()
        assert switch(True) == {"ok": True}
        assert use_up(client.users_list)[0] == TIER_2.burst
        workspace.limits(False)
        for _ in range(TIER_2.burst + 1):
            client.users_list()
        workspace.limits()
        assert use_up(client.users_list)[0] == TIER_2.burst
        assert switch("yes")["error"] == "invalid_arguments"


def test_every_method_has_the_rate_its_page_names():
    served = {*METHODS, *OF_THE_APP}
    assert served - set(RATES) == WITHOUT_A_NUMBER
    assert set(RATES) <= served
