"""Many workspaces: the bot is installed in each by OAuth, and answers there with that one's token."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import main
from bot.oauth_stores import STATE_FOR
from storage.models import BotRow, DealRow, InstallationRow, OAuthStateRow
from storage.tenancy import EVERYWHERE, at_work_for
from tests.town import (
    BLUE,
    CLIENT_ID,
    CLIENT_SECRET,
    MAYA,
    ONE,
    ORGANISATION,
    RED,
    SIGNING_SECRET,
    TWO,
    Browser,
    Page,
    Town,
    open_town,
)


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as opened:
        yield opened


def rows(town: Town, table: type[BotRow] | type[InstallationRow] | type[OAuthStateRow]) -> int:
    with town.bot.database.engine.begin() as connection:
        return len(connection.execute(table.__table__.select()).all())


def set_out(town: Town) -> tuple[Browser, str, str]:
    """Somebody on the way to Slack: their browser, the link they follow, and the state in it."""
    browser = Browser(town.address)
    link = browser.opens("/slack/install").link
    return browser, link, parse_qs(urlsplit(link).query)["state"][0]


def assert_not_installed(page: Page, town: Town, *words: str) -> None:
    for each in words:
        assert each in page.text
    assert page.link == "/slack/install"
    assert rows(town, BotRow) == 0


# The way there and back


def test_the_page_leads_to_slack_with_what_the_bot_asks_for(town: Town) -> None:
    page = Browser(town.address).opens("/slack/install")
    assert page.status == 200
    assert "Add to Slack" in page.text
    link = urlsplit(page.link)
    assert f"{link.scheme}://{link.netloc}/api/" == town.api_url
    assert link.path == "/oauth/v2/authorize"
    assert parse_qs(link.query)["client_id"] == [CLIENT_ID]
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_whoever_comes_back_from_slack_is_told_what_to_do_next(town: Town) -> None:
    page = town.installs(ONE)
    assert page.status == 200
    assert "Dealreview is in Workspace &lt;T0ONE&gt; now" in page.text
    assert "/invite @dealreview" in page.text


def test_two_workspaces_are_each_answered_with_their_own_token(town: Town) -> None:
    town.installs(ONE)
    town.installs(TWO)
    assert "`/dealreview Northwind` starts a review" in town.command(ONE, "help").replace("\\n", "\n")
    assert [each["user"] for each in town.slack.made_by(ONE, "users.info")] == [MAYA]
    assert town.slack.made_by(TWO, "users.info") == []
    assert "starts a review" in town.command(TWO, "help")
    assert len(town.slack.made_by(TWO, "users.info")) == 1
    assert len(town.slack.made_by(ONE, "auth.test")) == 2  # as it was installed, and as it was first needed


def test_a_review_in_each_workspace_is_held_with_its_own_token(town: Town) -> None:
    for team, deal in ((ONE, "Northwind"), (TWO, "Harlow")):
        town.installs(team)
        assert town.command(team, deal) == ""
    town.settles()
    assert [deal in text for text in town.posts(ONE) for deal in ("Northwind", "Harlow")] == [True, False] * 2
    assert [deal in text for text in town.posts(TWO) for deal in ("Northwind", "Harlow")] == [False, True] * 2
    assert "https://t0two.slack.com/archives/" in town.command(TWO, "Harlow")


def test_deals_are_imported_into_one_of_many_workspaces_with_its_own_people(town: Town, tmp_path: Path) -> None:
    town.installs(ONE)
    town.installs(TWO)
    file = tmp_path / "pipeline.csv"
    file.write_text("Deal name,Owner email\nNorthwind,maya@example.com\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["deals", "import", str(file), "--team", TWO], env=town.env)
    assert result.exit_code == 0, result.output
    assert town.slack.made_by(TWO, "users.lookupByEmail") == [{"email": "maya@example.com"}]
    assert town.slack.made_by(ONE, "users.lookupByEmail") == []
    with at_work_for(EVERYWHERE), town.bot.database.transaction() as session:
        assert [(row.team, row.owner) for row in session.scalars(select(DealRow))] == [(TWO, MAYA)]


def test_a_workspace_in_which_it_is_not_installed_is_told_so(town: Town) -> None:
    town.installs(ONE)
    assert town.command(TWO, "help") == ""
    (told,) = [each.asked for each in town.slack.calls if each.method == "respond"]
    assert "reinstall this app" in told["text"]
    assert town.event(TWO, {"type": "app_home_opened", "user": MAYA, "tab": "home"}).status == 200
    assert town.slack.made_by(TWO, "views.publish") == []


# What goes wrong on the way


def test_whoever_says_no_in_slack_is_told_that_nothing_was_installed(town: Town) -> None:
    browser, _, state = set_out(town)
    page = browser.opens("/slack/oauth_redirect", error="access_denied", state=state)
    assert_not_installed(page, town, "You said no in Slack")


def test_a_state_is_good_for_once(town: Town) -> None:
    browser, link, state = set_out(town)
    cookie = browser.cookie
    assert browser.opens("/slack/oauth_redirect", code=town.slack.allows(link, ONE), state=state).status == 200
    again = Browser(town.address, cookie).opens("/slack/oauth_redirect", code=town.slack.allows(link, TWO), state=state)
    assert again.status == 401
    assert "no longer good" in again.text
    assert rows(town, BotRow) == 1


def test_a_state_is_good_for_once_also_if_two_come_at_the_same_moment(town: Town) -> None:
    assert town.bot.installing
    states = town.bot.installing.settings.state_store
    state, together = states.issue(), Barrier(4)

    def consume() -> bool:
        together.wait(10)
        return states.consume(state)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(each.result(20) for each in [pool.submit(consume) for _ in range(4)]) == [False] * 3 + [True]


def test_a_state_is_good_for_ten_minutes_and_then_goes(town: Town) -> None:
    browser, link, state = set_out(town)
    town.clock.seconds += STATE_FOR.total_seconds()
    page = browser.opens("/slack/oauth_redirect", code=town.slack.allows(link, ONE), state=state)
    assert page.status == 401
    assert_not_installed(page, town, "no longer good", "ten minutes")
    assert rows(town, OAuthStateRow) == 1
    set_out(town)
    assert rows(town, OAuthStateRow) == 1


@pytest.mark.parametrize("forged", ["", "made-up", "' OR 1=1 --"])
def test_a_state_that_was_made_up_is_no_state(town: Town, forged: str) -> None:
    browser, link, _ = set_out(town)
    browser.cookie = f"slack-app-oauth-state={forged}"
    page = browser.opens("/slack/oauth_redirect", code=town.slack.allows(link, ONE), state=forged)
    assert page.status in (400, 401)
    assert_not_installed(page, town, "no longer good")


def test_somebody_elses_state_is_none_of_ones_own(town: Town) -> None:
    _, link, state = set_out(town)
    victim, _, _ = set_out(town)
    page = victim.opens("/slack/oauth_redirect", code=town.slack.allows(link, ONE), state=state)
    assert page.status == 400
    assert_not_installed(page, town, "in the browser in which you set out")


@pytest.mark.parametrize("query", [{"code": "code-made-up"}, {}])
def test_a_code_that_slack_does_not_take_installs_nothing_and_is_in_no_log(
    town: Town, query: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    browser, _, state = set_out(town)
    page = browser.opens("/slack/oauth_redirect", **query, state=state)
    assert page.status == 401
    assert_not_installed(page, town)
    assert "code-made-up" not in caplog.text


def test_what_slack_gives_as_a_reason_is_shown_literally(town: Town) -> None:
    page = Browser(town.address).opens("/slack/oauth_redirect", error="<script>alert(1)</script>")
    assert_not_installed(page, town, "&lt;script&gt;")
    assert "<script>" not in page.text


def test_slack_or_the_database_is_away(town: Town) -> None:
    town.slack.is_down = True
    assert_not_installed(town.installs(ONE), town)
    town.slack.is_down = False
    assert town.installs(ONE).status == 200


def test_an_app_whose_tokens_rotate_is_not_installed(town: Town) -> None:
    town.slack.rotates = True
    assert_not_installed(town.installs(ONE), town, "Token rotation is turned on")


def test_no_secret_is_in_any_log_or_answer(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name in ("bot", "storage"):
        caplog.set_level(logging.DEBUG, logger=name)
    browser, link, state = set_out(town)
    code = town.slack.allows(link, ONE)
    pages = [browser.opens("/slack/oauth_redirect", code=code, state=state)]
    pages.append(browser.opens("/slack/oauth_redirect", code=code, state=state))
    browser, _, _ = set_out(town)
    pages.append(browser.opens("/slack/oauth_redirect", code="code-made-up", state=state))
    town.command(ONE, "Northwind")
    town.settles()
    tokens = list(town.slack.tokens)
    town.slack.revokes(ONE)
    town.command(ONE, "help")
    town.event(ONE, {"type": "app_home_opened", "user": MAYA, "tab": "home"})
    town.removes(ONE)
    seen = caplog.text + "".join(page.text for page in pages) + repr(town.settings) + repr(town.bot)
    assert "Installed in T0ONE" in seen
    for secret in (*tokens, *town.keys, CLIENT_SECRET, SIGNING_SECRET, code, state, "code-made-up"):
        assert secret not in seen, secret


# Again, and in a whole organisation


def test_to_install_it_again_replaces_what_was_there(town: Town) -> None:
    for _ in range(3):
        assert town.installs(ONE).status == 200
        town.clock.passes(minutes=1)
    assert (rows(town, BotRow), rows(town, InstallationRow)) == (1, 1)
    latest = list(town.slack.tokens)[-1]
    town.command(ONE, "help")
    assert town.slack.calls[-1].token == latest


def test_a_token_that_another_process_has_replaced_is_looked_up_anew(town: Town) -> None:
    town.installs(ONE)
    town.command(ONE, "help")
    assert town.bot.installing
    store = town.bot.installing.settings.installation_store
    found = store.find_installation(enterprise_id=None, team_id=ONE)
    assert found
    found.bot_token = "xoxb-T0ONE-newer"
    town.slack.tokens = {found.bot_token: ONE}
    store.save(found)
    before = len(town.slack.calls)
    town.event(ONE, {"type": "app_home_opened", "user": MAYA, "tab": "home"})
    tried = [each.token for each in town.slack.calls[before:]]
    assert tried == ["xoxb-T0ONE-2", *["xoxb-T0ONE-newer"] * (len(tried) - 1)]
    assert town.slack.calls[-1].method == "views.publish"


def test_in_a_whole_organisation_each_workspace_is_answered_with_the_one_token(town: Town) -> None:
    page = town.installs(ORGANISATION)
    assert "Dealreview is in The Organisation now" in page.text
    for team, deal in ((RED, "Northwind"), (BLUE, "Harlow")):
        typed = {"enterprise_id": ORGANISATION, "is_enterprise_install": "true"}
        assert town.command(team, deal, **typed) == ""
    town.settles()
    assert len(town.posts(ORGANISATION)) == 4
    assert "Harlow" not in town.command(RED, "list", enterprise_id=ORGANISATION, is_enterprise_install="true")


def test_an_event_in_an_organisation_is_of_the_workspace_that_it_names(town: Town) -> None:
    town.installs(ORGANISATION)
    whose = {"enterprise_id": ORGANISATION, "team_id": None, "user_id": "U0BOT", "is_enterprise_install": True}
    opened = {"type": "app_home_opened", "user": MAYA, "tab": "home"}
    assert town.event(RED, opened, enterprise_id=ORGANISATION, authorizations=[whose]).status == 200
    assert len(town.slack.made_by(ORGANISATION, "views.publish")) == 1


def test_a_press_in_an_organisation_is_of_the_workspace_that_its_person_is_in(town: Town) -> None:
    town.installs(ORGANISATION)
    button = {"type": "button", "action_id": "nudge:now", "action_ts": "1.2", "block_id": "b", "value": "1"}
    pressed = {
        "type": "block_actions", "team": None, "enterprise": {"id": ORGANISATION}, "is_enterprise_install": True,
        "user": {"id": MAYA, "team_id": RED}, "trigger_id": "1.2", "channel": {"id": "D0MAYA"},
        "message": {"ts": "1.1"}, "actions": [button],
    }  # fmt: skip
    sent = town.sends(urlencode({"payload": json.dumps(pressed)}), "application/x-www-form-urlencoded")
    assert sent.status == 200
    (hint,) = town.slack.made_by(ORGANISATION, "chat.postEphemeral")
    assert "I can't find that review here." in hint["text"]


def test_a_workspace_of_an_organisation_may_have_the_bot_for_itself(town: Town) -> None:
    town.installs(RED)
    assert "starts a review" in town.command(RED, "help", enterprise_id=ORGANISATION)
    town.command(BLUE, "help", enterprise_id=ORGANISATION)
    assert town.slack.made_by(ORGANISATION, "users.info") == []
    assert len(town.slack.made_by(RED, "users.info")) == 1
