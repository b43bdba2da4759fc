"""A team's own playbook, from the first look to the review that asks it: reworded, moved, switched off, added to."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from slack_bolt import BoltRequest

from bot.cli import main
from flows.forgetting import FORGOTTEN
from flows.playbook import NINE, STANDARD, Playbook, Question
from flows.playbook_files import read
from storage.playbooks import Playbooks
from tests.conftest import TEAM, Room, Thread
from tests.reading import Message, element, words
from tests.sayings import EMPTY, OURS, THEIRS
from tests.test_privacy import files

BUDGET = {
    "label": "Budget",
    "ask": "Where does the money at {customer} come from, and who lets go of it?",
    "angles": "That's our price. What would they spend it on otherwise?\n\n  Whose   plan was it in?  ",
    "vague": "Whose budget is it, by name?",
    "could_ask": "Who would have to let go of something for this?",
    "not_known": "You could ask: “{could_ask}”",
    "pace": "quickly",
}


NOT_HERE = "{could_ask} and {struggle} can stand in what is said when nobody knows, and nowhere else."


@dataclass
class Desk:
    """Somebody's conversation with the bot, in which their draft stands."""

    room: Room
    who: str

    @property
    def messages(self) -> list[Message]:
        return [each for each in self.room.workspace.messages(self.room.workspace.dm(self.who)) if each.get("bot_id")]

    @property
    def card(self) -> Message:
        """The latest card."""
        return next(each for each in reversed(self.messages) if "playbook:export" in str(each["blocks"]))

    @property
    def shown(self) -> str:
        return words(self.card)

    def opens(self, name: str = "") -> str:
        return self.room.command(self.who, f"playbook {name}".strip())

    def presses(self, action: str, on: Message | None = None) -> None:
        """Press a button by what it does: "save", "up:people"."""
        self.room.workspace.action(self.who, on or self.card, f"playbook:{action}")
        self.room.settle()

    def fills_in(self, **values: str) -> dict[str, str]:
        """Fill in the form that is open; what is not named stays. Returns what it objects to."""
        given = {block: {"value": value} for block, value in values.items()}
        wrong = self.room.workspace.submit(self.who, self.room.form(self.who)["id"], given)
        self.room.settle()
        return wrong

    def rewords(self, question: str, **values: str) -> dict[str, str]:
        self.presses(f"reword:{question}")
        return self.fills_in(**values)

    def adds(self, **values: str) -> dict[str, str]:
        self.presses("add")
        return self.fills_in(**values)

    @property
    def note(self) -> Message:
        """What only they were shown last."""
        return self.room.workspace.ephemerals(self.who)[-1]

    @property
    def told(self) -> str:
        return words(self.note)

    @property
    def order(self) -> list[str]:
        """The questions on the card, in their order, by the first words of each."""
        return [line for line in self.shown.split("\n") if line.startswith(("*", "~")) and "·" in line][1:]


@pytest.fixture
def lena(room: Room) -> Desk:
    desk = Desk(room, "lena")
    assert desk.opens() == (
        "*Deal review* is in our direct messages, question by question. Nobody sees what you change until you save it."
    )
    return desk


def pressed_once_more(desk: Desk, card: Message, action: str) -> None:
    """Press a button as it stood on a card that looks otherwise by now: what was on its way comes late, or twice."""
    rows = (block["elements"] for block in card["blocks"] if block["type"] == "actions")
    button = next(each for row in rows for each in row if each["action_id"] == f"playbook:{action}")
    who, dm = f"U0{desk.who.upper()}", desk.room.workspace.dm(desk.who)
    body = {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": who, "team_id": TEAM}, "channel": {"id": dm},
        "trigger_id": "1.1.x", "message": {"ts": card["ts"]},
        "actions": [{**button, "block_id": "b", "action_ts": "1795540000.000100"}],
    }  # fmt: skip
    assert desk.room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    desk.room.settle()


def started(room: Room, text: str = "Northwind @lena") -> Thread:
    return room.start(text)


# Looking


def test_it_shows_the_nine_questions_in_order_as_they_came(lena: Desk) -> None:
    assert lena.shown.startswith("*Deal review*  ·  as it came with me  ·  the usual one")
    assert [line.strip("*~") for line in lena.order] == [
        f"{number}  ·  {question.label}" for number, question in enumerate(STANDARD.questions, 1)
    ]
    assert "Why can't {customer} just carry on as they are?" in lena.shown
    assert "playbook:save" not in str(lena.card["blocks"])


def test_another_playbook_is_shown_by_its_name(lena: Desk) -> None:
    assert lena.opens("First meeting").startswith("*First meeting* is in our direct messages")
    assert "What made somebody at {customer} take an hour for this, and why now?" in lena.shown
    assert "~If they don't~  ·  switched off" in lena.shown
    assert lena.opens("Second meeting") == (
        "There is no playbook called “Second meeting” here. There are: Deal review, Renewal, First meeting. "
        "`/dealreview playbook Deal review` shows the first."
    )


def test_asked_for_again_the_draft_is_shown_further_down_as_it_was(lena: Desk) -> None:
    before = lena.card
    lena.rewords("people", label="Who")
    lena.opens()
    assert "5  ·  Who" in lena.shown
    first = next(each for each in lena.messages if each["ts"] == before["ts"])
    assert words(first) == "*Deal review*  ·  your draft is further down."


# Changing


def test_a_question_gets_other_words(lena: Desk) -> None:
    assert lena.rewords("people", label="Who", ask="Who is in it at {customer}?") == {}
    assert "*5  ·  Who*\nWho is in it at {customer}?" in lena.shown
    assert "your draft, which nobody sees until you save it" in lena.shown


def test_the_form_has_the_words_as_they_are(lena: Desk) -> None:
    lena.presses("reword:people")
    form = lena.room.form("lena")
    inputs = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    people = STANDARD.find("people")
    assert people
    assert inputs["ask"]["initial_value"] == people.ask
    assert inputs["angles"]["initial_value"] == "\n".join(people.angles)
    assert inputs["pace"]["initial_option"]["value"] == "quickly"
    lena.fills_in()
    assert "playbook:save" not in str(lena.card["blocks"])  # nothing was changed


def test_the_opening_has_no_follow_ups_stays_first_and_is_always_asked(lena: Desk) -> None:
    lena.presses("reword:opening")
    form = lena.room.form("lena")
    assert [block["block_id"] for block in form["blocks"] if block["type"] == "input"] == ["label", "ask", "not_known"]
    lena.fills_in(ask="So, where is {deal}?")
    assert "*1  ·  First telling*\nSo, where is {deal}?" in lena.shown
    lena.presses("up:why_change")
    assert "*2  ·  Why change*" in lena.shown


def test_a_question_moves_up_and_down(lena: Desk) -> None:
    lena.presses("up:people")
    lena.presses("up:people")
    lena.presses("down:why_change")
    assert [line.split("  ·  ")[1].strip("*") for line in lena.order][:5] == [
        "First telling", "People", "Why change", "If they don't", "Where to",
    ]  # fmt: skip


def test_what_is_switched_off_is_not_numbered_and_can_be_switched_on_again(lena: Desk) -> None:
    lena.presses("off:no_action")
    assert "~If they don't~  ·  switched off" in lena.shown
    assert "*3  ·  Where to*" in lena.shown
    lena.presses("on:no_action")
    assert "*3  ·  If they don't*" in lena.shown


def test_a_question_is_added_before_the_next_step(lena: Desk) -> None:
    assert lena.adds(**BUDGET) == {}
    assert (
        "*9  ·  Budget*  ·  your own\nWhere does the money at {customer} come from, and who lets go of it?"
        in lena.shown
    )
    assert "*10  ·  Next step*" in lena.shown


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("label", "  ", "A word or two is needed here."),
        ("ask", "   ", "A word or two is needed here."),
        ("ask", "And {struggle}?", NOT_HERE),
        ("angles", "\n".join("abcdef"), "5 follow-ups are the most."),
        ("angles", "x" * 301, "Each follow-up has 300 characters at most: it is read on a phone."),
    ],
)  # fmt: skip
def test_what_will_not_do_is_said_at_its_line_and_nothing_typed_is_lost(
    lena: Desk, field: str, typed: str, told: str
) -> None:
    assert lena.adds(**{**BUDGET, field: typed}) == {field: told}
    assert lena.fills_in(**{field: BUDGET[field]}) == {}
    assert "Budget" in lena.shown


def test_twenty_questions_are_the_most(lena: Desk) -> None:
    for number in range(11):
        lena.adds(**{**BUDGET, "label": f"Own {number}"})
    assert "*19  ·  Own 10*" in lena.shown
    assert "playbook:add" not in str(lena.card["blocks"])


def test_a_button_on_what_was_changed_since_does_nothing(lena: Desk) -> None:
    before = lena.card
    lena.presses("off:people")
    pressed_once_more(lena, before, "off:struggle")
    assert lena.told == "That was changed since; the latest is shown now."
    assert "~Hard for them~" not in lena.shown


def test_changes_can_be_let_go(lena: Desk) -> None:
    lena.presses("off:people")
    lena.presses("leave")
    assert "your changes are let go" in words(lena.messages[-1])
    lena.opens()
    assert "as it came with me" in lena.shown


# Trying


def test_it_can_be_tried_as_it_would_be_asked(lena: Desk) -> None:
    lena.adds(**BUDGET)
    lena.presses("off:no_action")
    lena.presses("try")
    tried = words(lena.messages[-1])
    assert tried.startswith("*Deal review, as Northwind would be asked about*")
    assert "*2 of 9*  ·  Why can't Northwind just carry on as they are?" in tried
    assert "Say they do nothing for a year" not in tried
    assert (
        "*8 of 9*  ·  Where does the money at Northwind come from, and who lets go of it?\n"
        ">  when the answer is about us:  That's our price. What would they spend it on otherwise?\n"
        ">  Whose plan was it in?\n"
        ">  when it says little:  Whose budget is it, by name?\n"
        ">  when they don't know:  You could ask: “Who would have to let go of something for this?”"
    ) in tried


# Saving


def test_saved_it_is_a_version_and_reviews_that_begin_then_ask_it(lena: Desk) -> None:
    lena.rewords("why_change", ask="What at {customer} cannot stay as it is?")
    lena.presses("save")
    assert words(lena.card).startswith("*Deal review*  ·  saved as version 1. Reviews that begin from now on ask it")
    thread = started(lena.room)
    thread.says("lena", OURS)
    assert "*2 of 9*  ·  What at Northwind cannot stay as it is?" in thread.asked
    assert thread.review.playbook.ref == "standard:1"


def test_an_open_review_keeps_the_questions_it_began_with(lena: Desk) -> None:
    thread = started(lena.room)
    lena.rewords("why_change", ask="What at {customer} cannot stay as it is?")
    lena.presses("off:people")
    lena.presses("save")
    thread.says("lena", OURS)
    assert "Why can't Northwind just carry on as they are?" in thread.asked
    assert "people" in thread.review.questions
    other = started(lena.room, "Brightline @lena")
    assert "people" not in other.review.questions
    assert len(other.review.questions) == 8


def test_there_is_nothing_to_save_twice(lena: Desk) -> None:
    before = lena.card
    lena.presses("off:people")
    changed = lena.card
    lena.presses("save")
    pressed_once_more(lena, changed, "save")
    assert lena.told == "That was changed since; the latest is shown now."
    lena.opens()
    assert "version 1, saved by Lena" in lena.shown
    pressed_once_more(lena, before, "off:no_action")
    assert "That was changed since" in lena.told


def test_what_hardly_asks_about_the_customer_is_saved_only_when_one_says_so_again(lena: Desk) -> None:
    for question in ("no_action", "people", "struggle", "decision_path"):
        lena.presses(f"off:{question}")
    lena.presses("save")
    assert lena.told.startswith(
        "With this, a review asks about the customer only this: Why change, Where to, How we help. Many deals are lost"
    )
    assert saved(lena.room, "standard") == 0
    lena.presses("anyway", on=lena.note)
    assert saved(lena.room, "standard") == 1
    assert set(NINE) <= {each.key for each in current(lena.room).questions}


def current(room: Room, key: str = "standard") -> Playbook:
    with room.bot.database.transaction() as session:
        return Playbooks(session, TEAM).shelf().playbooks[key]


def saved(room: Room, key: str) -> int:
    """The version that is in use."""
    return int(current(room, key).version)


# Two at once


def test_who_saves_later_is_told_and_nothing_of_either_is_lost(lena: Desk) -> None:
    omar = Desk(lena.room, "omar")
    omar.opens()
    omar.adds(**{**BUDGET, "label": "Rivals", "ask": "Who else do they talk to?"})
    lena.rewords("people", label="Who")
    lena.adds(**BUDGET)
    omar.presses("save")
    lena.presses("save")
    assert lena.told.startswith("Omar saved version 1 while you were at yours. Nothing is lost")
    assert saved(lena.room, "standard") == 1
    lena.presses("mine", on=lena.note)
    now = current(lena.room)
    assert now.version == 2
    assert now.find("people").label == "Who"
    assert now.find("budget").is_on
    assert not now.find("rivals").is_on


def test_who_saves_later_may_go_on_from_theirs(lena: Desk) -> None:
    omar = Desk(lena.room, "omar")
    omar.opens()
    omar.presses("off:people")
    lena.rewords("people", label="Who")
    omar.presses("save")
    lena.presses("save")
    lena.presses("theirs", on=lena.note)
    assert "~People~  ·  switched off" in lena.shown
    assert "version 1, saved by Omar" in lena.shown


def test_two_who_add_the_same_name_have_two_questions(lena: Desk) -> None:
    omar = Desk(lena.room, "omar")
    omar.opens()
    omar.adds(**BUDGET)
    lena.adds(**{**BUDGET, "ask": "Is there a budget?"})
    omar.presses("save")
    lena.presses("save")
    lena.presses("mine", on=lena.note)
    now = current(lena.room)
    assert (now.find("budget").ask, now.find("budget_2").ask) == (BUDGET["ask"], "Is there a budget?")


# In a review


@pytest.fixture
def asked(lena: Desk) -> Thread:
    """A review that has come to the question of one's own."""
    lena.adds(**BUDGET)
    for _ in range(7):
        lena.presses("up:budget")
    lena.presses("save")
    thread = started(lena.room)
    thread.says("lena", OURS)
    assert "*2 of 10*  ·  Where does the money at Northwind come from, and who lets go of it?" in thread.asked
    return thread


def test_an_answer_about_us_to_ones_own_question_is_probed_in_turn(asked: Thread) -> None:
    asked.says("lena", OURS)
    assert asked.asked.startswith("That's our price. What would they spend it on otherwise?")
    asked.says("lena", THEIRS)
    assert "*3 of 10*" in asked.asked


def test_an_empty_answer_to_ones_own_question_is_probed(asked: Thread) -> None:
    asked.says("lena", EMPTY)
    assert asked.asked.startswith("Whose budget is it, by name?")


def test_not_knowing_is_answered_with_what_to_ask(asked: Thread) -> None:
    asked.says("lena", "not known")
    assert asked.asked.startswith("_You could ask: “Who would have to let go of something for this?”_")


def test_ones_own_question_is_in_all_that_is_told_of_a_deal(asked: Thread) -> None:
    room = asked.room
    asked.says("lena", THEIRS)
    asked.says("lena", "stop")
    assert f"*Budget*  ·  Tue 24 Nov\n> {THEIRS}" in asked.summary.replace("• ", "> ").replace("“", "").replace("”", "")
    assert "*Budget*  ·  heard today" in room.command("lena", "show Northwind")
    room.clock.passes(days=40)
    assert "🟠  *Budget*  ·  heard 40 days ago" in room.command("lena", "show Northwind")
    assert "Budget" in room.command("lena", "ask Northwind")
    room.workspace.home("lena")
    room.settle()
    assert "Budget" in str(room.workspace.home_tab("lena"))


def test_a_question_that_is_switched_off_keeps_its_history(lena: Desk, asked: Thread) -> None:
    asked.says("lena", THEIRS)
    asked.says("lena", "stop")
    lena.opens()
    lena.presses("off:budget")
    lena.presses("save")
    told = lena.room.command("lena", "show Northwind")
    assert "Budget" not in told
    again = started(lena.room, "full Northwind")
    assert "budget" not in again.review.questions
    again.says("lena", "stop")
    assert "Known from before: " in again.summary
    assert "Budget (Tue 24 Nov)" in again.summary


# Files


def test_what_stands_on_the_card_can_be_had_as_a_file(lena: Desk) -> None:
    lena.adds(**BUDGET)
    lena.presses("export")
    given = read(files(lena.room, "lena")["standard.yml"])
    assert given.find("budget") == Question(
        "budget",
        "Budget",
        BUDGET["ask"],
        angles=("That's our price. What would they spend it on otherwise?", "Whose plan was it in?"),
        vague=BUDGET["vague"],
        could_ask=BUDGET["could_ask"],
        not_known=BUDGET["not_known"],
        ages=(30, 21, 14, 7),
    )
    assert words(lena.messages[-1]).startswith("Here it is.")
    assert saved(lena.room, "standard") == 0


# Hostile


HOSTILE = "<!channel> <@U0MAYA> *b* {{ 700 + 77 }} {% raw %} {customer.upper} <https://a.b|c> & `x`"


def test_whatever_a_team_writes_it_is_shown_as_it_was_typed_and_means_nothing(lena: Desk) -> None:
    given = dict.fromkeys(("ask", "angles", "vague", "could_ask", "not_known"), HOSTILE)
    assert lena.rewords("why_change", label=HOSTILE[:40], **given) == {}
    lena.presses("try")
    lena.presses("save")
    thread = started(lena.room)
    thread.answers("lena", OURS, OURS, "not known", "stop")
    lena.room.command("lena", "show Northwind")
    lena.opens()
    every = [*lena.messages, *thread.messages]
    shown = "\n".join(map(words, every))
    assert "{{ 700 + 77 }}" in shown
    assert "777" not in shown
    for sign in ("<!channel>", "<@U0MAYA>", "<https://a.b", "*b*", " `x`"):
        assert sign not in shown, sign
    assert "{customer.upper}" in shown


def test_two_in_one_moment_save_one_version_after_the_other(lena: Desk) -> None:
    omar = Desk(lena.room, "omar")
    omar.opens()
    omar.presses("off:people")
    lena.presses("off:struggle")
    cards = [(lena, lena.card), (omar, omar.card)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda each: pressed_once_more(*each, "save"), cards))
    assert saved(lena.room, "standard") == 1
    assert sorted("saved as version 1" in each.shown for each in (lena, omar)) == [False, True]
    later = lena if "saved as version 1" in omar.shown else omar
    assert "Nothing is lost" in later.told


def test_who_is_forgotten_saved_nothing_and_their_draft_is_gone(lena: Desk) -> None:
    lena.presses("off:people")
    lena.presses("save")
    lena.opens()
    lena.presses("off:struggle")
    lena.room.command("lena", "forget me")
    lena.room.workspace.submit("lena", lena.room.form("lena")["id"], {})
    lena.room.settle()
    with lena.room.bot.database.transaction() as session:
        playbooks = Playbooks(session, TEAM)
        assert playbooks.draft("standard", "U0LENA") is None
        assert playbooks.shelf().playbooks["standard"].version == 1
        assert playbooks.saved_by(playbooks.shelf().playbooks["standard"]) == FORGOTTEN


# From the first look to the file


def test_a_team_makes_tries_uses_and_exports_a_playbook_of_its_own(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    lena = Desk(room, "lena")
    lena.opens()
    lena.rewords("why_change", label="Why now", ask="What at {customer} cannot stay as it is?")
    lena.adds(**BUDGET)
    lena.presses("up:budget")
    lena.presses("off:our_help")
    lena.presses("try")
    tried = words(lena.messages[-1])
    assert tried.index("What at Northwind cannot stay") < tried.index("Where does the money at Northwind come from")
    lena.presses("save")
    assert "saved as version 1" in lena.shown

    thread = started(room)
    assert "*1 of 9*" in thread.asked
    thread.says("lena", OURS)
    assert "*2 of 9*  ·  What at Northwind cannot stay as it is?" in thread.asked
    thread.answers("lena", *[THEIRS] * 5)
    assert "*7 of 9*" in thread.asked
    thread.answers("lena", OURS, THEIRS, THEIRS)
    while thread.review.is_open:
        thread.says("lena", THEIRS)
    assert "*Why now*" in thread.summary
    assert "*Budget*" in thread.summary
    assert "How we help" not in thread.summary

    lena.presses("export")
    given = files(room, "lena")["standard.yml"]
    assert read(given).questions == current(room).questions
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own.yml"
        own.write_text(given.replace("key: standard\nname: Deal review", "key: pilot\nname: Pilot"), encoding="utf-8")
        monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
        done = CliRunner().invoke(main, ["playbook", "import", str(own)])
    assert done.output == f"“Pilot” is version 1 in {TEAM}.\n"
    assert started(room, "Brightline @lena with pilot").review.playbook.ref == "pilot:1"


# Which one


@pytest.mark.parametrize(
    "typed", ["Northwind with renewal", "Northwind @lena with Renewal", "full Northwind with renewal"]
)
def test_a_review_takes_the_playbook_that_is_named_with_it(room: Room, typed: str) -> None:
    thread = started(room, typed)
    assert (thread.review.deal.name, thread.review.playbook.key) == ("Northwind", "renewal")
    thread.says(thread.review.owner[2:].lower(), OURS)
    assert "What can Northwind do today that they couldn't before they chose this" in thread.asked


def test_a_deal_goes_on_with_the_playbook_it_was_reviewed_by(room: Room) -> None:
    started(room, "Northwind @lena with first meeting").says("lena", "stop")
    assert started(room, "Northwind").review.playbook.key == "first_meeting"


def test_a_deal_may_be_called_like_that(room: Room) -> None:
    thread = started(room, '"Lunch with renewal" @lena')
    assert thread.review.deal.name == "Lunch with renewal"
    thread.says("lena", "stop")
    assert started(room, "Lunch with renewal").review.deal.name == "Lunch with renewal"
    assert started(room, "Coffee with Ruth @lena").review.deal.name == "Coffee with Ruth"


def test_the_form_offers_the_playbooks(room: Room) -> None:
    room.command("maya")
    form = room.form("maya")
    options = element(form, "playbook")["options"]
    assert [option["text"]["text"] for option in options] == ["Deal review", "Renewal", "First meeting"]
    given = {"name": {"value": "Northwind"}, "playbook": {"value": "renewal"}}
    assert room.workspace.submit("maya", form["id"], given) == {}
    room.settle()
    assert room.reviews()[0].playbook.key == "renewal"


def test_another_one_can_be_the_usual_one(lena: Desk) -> None:
    lena.opens("renewal")
    lena.presses("usual")
    assert lena.told == "*Renewal* is the usual one now: reviews take it where nothing else is chosen."
    assert "the usual one" in lena.shown
    assert started(lena.room).review.playbook.key == "renewal"
