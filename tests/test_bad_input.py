"""What people should not type but do, and what nobody but a forger sends: nothing pings, breaks or changes anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse

from flows.review import Status
from sandbox.people import BOT_USER
from tests.conftest import Room, Thread, open_room
from tests.reading import Message, buttons, words
from tests.sayings import THEIRS

REFERENCE = re.compile(r"<[!@#][^>]*>")
"""What Slack makes a mention of: a person, a group, everyone in a channel."""

NASTY = [
    "@channel Foods",
    "<@U0OMAR>",
    "<!channel>",
    "<https://evil.example|Northwind>",
    "*Bold* _Co_ ~Sons~ `Ltd`",
    "```Northwind```",
    "&lt;!here&gt; & Sons",
    "🦊🦊",
    "\u202eشركة الشمال\u202c",
    "{{ 7 * 7 }}{% raw %}",
    'O\'Brien "Northwind" \\ Co',
    "\x1e{}Northwind",
    ":boom: :fire:",
]


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with open_room(database_url, "http") as opened:
        yield opened


@pytest.fixture
def thread(room: Room) -> Thread:
    """A review at its second question."""
    started = room.start("Northwind", by="lena")
    started.says("lena", "skip")
    return started


def mentions(room: Room) -> list[str]:
    """Every mention in anything the bot sent, wherever Slack reads mentions: not in plain text."""

    def read(value: Any) -> list[str]:
        if isinstance(value, str):
            return REFERENCE.findall(value)
        if isinstance(value, dict):
            return [] if value.get("type") == "plain_text" else read(list(value.values()))
        return [found for each in value for found in read(each)] if isinstance(value, list) else []

    return read([_unfolded(entry["body"]) for entry in room.workspace.traffic("from_bot")])


def _unfolded(body: Message) -> Message:
    """A call's arguments, with those that came as JSON in a form read."""
    return {
        name: json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") and name != "text" else value
        for name, value in body.items()
    }


def everything(room: Room) -> tuple[Any, ...]:
    """All that a happening may change: the reviews, and what stands in the channel."""
    return room.reviews(), room.workspace.messages("#deals"), len(room.workspace.calls("chat.update"))


def dispatch(room: Room, body: Message) -> BoltResponse:
    """Send what no client of Slack's would send."""
    answer = room.bot.bolt.dispatch(BoltRequest(mode="socket_mode", body=body))
    room.settle()
    return answer


def press(
    room: Room, action: str, value: Any, who: str = "U0LENA", channel: str = "C0DEALS", team: str = "T0LOCAL"
) -> BoltResponse:
    """Press a button of one's own making."""
    return dispatch(
        room,
        {
            "type": "block_actions",
            "team": {"id": team},
            "user": {"id": who, "team_id": team},
            "channel": {"id": channel},
            "trigger_id": "1.2.3",
            "message": {"ts": "1.000001", "thread_ts": "1.000001"},
            "container": {"type": "message", "channel_id": channel, "message_ts": "1.000001"},
            "actions": [{"type": "button", "action_id": action, "value": value, "action_ts": "9.000001"}],
        },
    )


def reply(room: Room, thread: Thread, ts: str = "1795510900.000001", team: str = "T0LOCAL", **how: Any) -> BoltResponse:
    """A message in the thread as Slack's events tell of it; `how` may say anything."""
    event = {
        "type": "message",
        "user": "U0LENA",
        "text": THEIRS,
        "ts": ts,
        "thread_ts": thread.ts,
        "channel": "C0DEALS",
    }
    event = {key: value for key, value in {**event, **how}.items() if key == "text" or value is not None}
    return dispatch(room, {"type": "event_callback", "team_id": team, "event_id": f"Ev{ts}", "event": event})


# Deals with odd names


def test_deals_may_have_odd_names_and_nobody_is_pinged_by_them(room: Room) -> None:
    for number, name in enumerate(NASTY, start=1):
        room.command("maya")
        form = room.workspace.modal("maya")
        assert form is not None
        assert room.workspace.submit("maya", form["id"], {"name": {"value": name}}) == {}
        room.settle()
        assert len(room.reviews()) == number
        thread = Thread(room, "#deals", room.reviews()[-1].thread_ts or "")
        thread.says("maya", "stop")
        thread.presses("maya", "Share")
        thread.presses("maya", "Deal details")
        assert not re.search(r"<!|<@", room.command("maya", f"delete {name}"))
    assert not re.search(r"<!|<@", room.command("maya", "list"))
    assert mentions(room) == []
    assert all("*Bold*" not in words(message) for message in room.workspace.messages("#deals"))


def test_a_name_that_mentions_everyone_is_only_a_name(room: Room) -> None:
    for text in ("@channel", "@here Foods", "#general", "@everyone"):
        room.start(text, by="maya")
        assert "is open already" in room.command("lena", text)
    assert mentions(room) == []


def test_a_name_of_three_hundred_characters_is_given_back_and_starts_nothing(room: Room) -> None:
    name = "Northwind & <Sons> " * 16
    told = room.command("maya", name)
    assert told.startswith(f"A deal's name can have 120 characters; this one has {len(name.strip())}.")
    assert told.count("&amp; &lt;Sons&gt;") == 16
    assert room.reviews() == []


def test_however_long_a_command_is_it_gets_an_answer(room: Room) -> None:
    for text in ("x" * 4000, "<@U0LENA> " * 300, "😀" * 2500, '"' * 3000, "a " * 2000):
        assert room.command("maya", text)
    assert room.reviews() == []


def test_a_name_over_several_lines_is_one_name(room: Room) -> None:
    assert room.start("Northwind\nFoods\t Ltd").review.deal.name == "Northwind Foods Ltd"


# Odd replies


def test_a_reply_of_twelve_thousand_characters_is_kept_whole_and_fits_everywhere(room: Room, thread: Thread) -> None:
    text = ("Their plant manager fears <the> new & system will stop the line in March. " * 200)[:12_000].strip()
    thread.says("lena", text)
    assert thread.review.answer("why_change").replies[0].text == text
    thread.answers("lena", "back", "stop")
    thread.presses("lena", "Fix a line")
    assert room.workspace.modal("lena") is not None
    thread.presses("lena", "Share")
    assert "Their plant manager fears" in room.command("maya", "show Northwind")
    assert "Their plant manager fears" in thread.summary


def test_nine_answers_of_sixty_lines_each_still_make_a_summary(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    text = "\n".join(
        f"Their plant manager number {n} fears that the new system will stop the line." for n in range(160)
    )
    for _ in range(9):
        thread.says("lena", text)
    assert thread.review.status is Status.FINISHED
    assert "ABOUT THE CUSTOMER" in thread.summary
    thread.presses("lena", "Share")
    thread.presses("lena", "Fix a line")
    assert room.workspace.modal("lena") is not None


def test_a_reply_in_any_shape_is_an_answer_and_comes_back_as_it_was_typed(room: Room, thread: Thread) -> None:
    shapes = ["```\nselect *\n  from <deals>\n```", "> They said:\n> no", "• one\n• two", "1️⃣", "שלום", "."]
    thread.answers("lena", *shapes)
    kept = [reply.text for answer in thread.review.answers.values() for reply in answer.replies]
    assert sorted(kept) == sorted(shapes)


def test_odd_replies_ping_nobody_wherever_they_are_quoted(room: Room, thread: Thread) -> None:
    typed = NASTY
    for first in range(0, len(typed), 2):
        pair = "\n".join(f"Their CFO told us {text} and their team quit over it." for text in typed[first : first + 2])
        thread.says("lena", pair)
    thread.answers("lena", "back", "skip", "stop")
    thread.presses("lena", "Share")
    thread.presses("lena", "Fix a line")
    room.command("lena", "show Northwind")
    assert "&lt;!channel&gt;" in thread.summary
    assert mentions(room) == []


def test_a_mention_in_a_reply_is_quoted_by_name(room: Room, thread: Thread) -> None:
    thread.says(
        "lena", "Their CFO told @omar and @channel that their team quit; see #general and https://a.example/b?c=1&d=2"
    )
    kept = thread.review.answer("why_change").replies[0].text
    assert kept == (
        "Their CFO told @Omar and @channel that their team quit; see #general and https://a.example/b?c=1&d=2"
    )
    assert mentions(room) == []


def test_a_file_without_words_is_no_answer_and_its_sender_is_told(room: Room, thread: Thread) -> None:
    before = everything(room)
    thread.says("lena", "", files=[{"name": "notes.pdf"}])
    assert everything(room)[0] == before[0]
    assert room.whispers("lena") == [
        "I keep words, not files or empty messages. Add a line that says what matters, and I keep that."
    ]


def test_a_file_with_words_is_an_answer(room: Room, thread: Thread) -> None:
    ts = thread.says("lena", THEIRS, files=[{"name": "notes.pdf"}])
    assert thread.review.answer("why_change").replies[0].message_ts == ts


def test_a_reply_without_a_visible_word_is_no_answer(room: Room, thread: Thread) -> None:
    for number, text in enumerate(("", "  ", "\u200b", "\x00\x01", f"<@{BOT_USER}>", None), start=1):
        assert reply(room, thread, text=text).status == 200
        assert thread.review.ask == 2
        assert len(room.whispers("lena")) == number
    assert all(told.startswith("I keep words") for told in room.whispers("lena"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Their\x00 team\x1b[31m quit\x7f", "Their team[31m quit"),
        ("Their team \ud83d quit \udca9", "Their team  quit"),
        ("Their team\r\nquit", "Their team\nquit"),
        ('\x1e{"type": "divider"}', '{"type": "divider"}'),
    ],
)
def test_signs_that_nobody_types_are_dropped_from_a_reply(room: Room, thread: Thread, typed: str, kept: str) -> None:
    assert reply(room, thread, text=typed).status == 200
    assert thread.review.answer("why_change").replies[0].text == kept
    thread.says("lena", "stop")
    assert "ABOUT THE CUSTOMER" in thread.summary


NO_ANSWERS: list[Message] = [
    {"bot_id": "B0OTHER"},
    {"bot_id": "B0OTHER", "subtype": "bot_message", "user": None},
    {"subtype": "channel_topic"},
    {"subtype": "message_replied"},
    {"subtype": "assistant_app_thread"},
    {"thread_ts": None},
    {"thread_ts": "1.000001"},
    {"channel": "C0GENERAL"},
]


def test_what_a_bot_or_slack_itself_says_or_what_is_said_elsewhere_is_no_answer(room: Room, thread: Thread) -> None:
    before = everything(room)
    for how in NO_ANSWERS:
        assert reply(room, thread, **how).status == 200
        assert everything(room) == before, how
    assert room.whispers("lena") == []


# Buttons that were made up


def garbage(thread: Thread) -> list[tuple[str, Any]]:
    one, ask = thread.review.id, thread.review.ask
    return [
        ("word:skip", ""),
        ("word:skip", "x"),
        ("word:skip", f"{one}"),
        ("word:skip", f"{one}:{ask}:1"),
        ("word:skip", f"{one}:{ask - 1}"),
        ("word:skip", f"{one}:{ask + 1}"),
        ("word:skip", f"{one}:"),
        ("word:skip", f"{one};DROP TABLE review:{ask}"),
        ("word:skip", f"{one + 1}:{ask}"),
        ("word:skip", f"-{one}:{ask}"),
        ("word:skip", f"{'9' * 40}:{ask}"),
        ("word:skip", f"{one}:{'9' * 5000}"),
        ("word:explode", f"{one}:{ask}"),
        ("word:", f"{one}:{ask}"),
        ("source:they_told_us", f"{one}:nonsense:{ask}"),
        ("source:they_told_us", f"{one}:why_change:{ask}"),
        ("source:hearsay", f"{one}:opening:{ask}"),
        ("source:they_told_us", "::"),
        ("share", "x"),
        ("share", f"{one + 1}"),
        ("fix_line", ""),
        ("fix_line", "0"),
        ("details", "x"),
        ("details", f"{one + 1}"),
        ("forget", ""),
        ("forget", "x"),
        ("forget", "1"),
        ("forget", "9" * 40),
        ("nonsense", f"{one}"),
        ("", f"{one}"),
    ]


def test_a_button_with_a_value_of_ones_own_making_changes_nothing(room: Room, thread: Thread) -> None:
    before = everything(room)
    for action, value in garbage(thread):
        answer = press(room, action, value)
        assert answer.status == 200, (action, value)
        assert "Traceback" not in str(answer.body)
        assert everything(room) == before, (action, value)
    told = [*room.whispers("lena"), *map(words, room.workspace.messages(room.workspace.dm("lena")))]
    assert told
    assert all("Traceback" not in each and "Error" not in each for each in told)


def test_a_button_of_a_review_in_another_channel_does_nothing(room: Room, thread: Thread) -> None:
    room.workspace.invite("maya", "#general", "dealreview")
    room.start("Harlow", by="lena", channel="#general")
    first, second = room.reviews()
    before, opened = everything(room), len(room.workspace.calls("views.open"))
    for action in ("word:skip", "word:stop", "word:pause"):
        assert press(room, action, f"{second.id}:{second.ask}").status == 200
        assert press(room, action, f"{first.id}:{first.ask}", channel="C0GENERAL").status == 200
    for action in ("share", "fix_line", "details"):
        assert press(room, action, f"{second.id}").status == 200
    assert everything(room) == before
    assert len(room.workspace.calls("views.open")) == opened
    assert set(room.whispers("lena")) == {"I can't find that review here."}


def test_a_button_on_a_review_of_the_same_channel_by_somebody_else_does_nothing(room: Room, thread: Thread) -> None:
    before = everything(room)
    review = thread.review
    for action in ("word:skip", "word:stop", "word:resume"):
        press(room, action, f"{review.id}:{review.ask}", who="U0OMAR")
    press(room, "share", f"{review.id}", who="U0OMAR")
    assert everything(room) == before


def test_nothing_that_comes_from_another_workspace_is_ours(room: Room, thread: Thread) -> None:
    before, opened = everything(room), len(room.workspace.calls("views.open"))
    review = thread.review
    for action, value in (
        ("word:skip", f"{review.id}:{review.ask}"),
        ("share", f"{review.id}"),
        ("details", f"{review.id}"),
    ):
        answer = press(room, action, value, team="T0OTHER")
        assert answer.status == 200
    assert reply(room, thread, team="T0OTHER").status == 200
    command = {"command": "/dealreview", "text": "list", "team_id": "T0OTHER", "channel_id": "C0DEALS"}
    told = dispatch(room, {**command, "user_id": "U0LENA", "trigger_id": "1.2.3"})
    assert told.status == 200
    assert "Northwind" not in str(told.body)
    assert everything(room) == before
    assert len(room.workspace.calls("views.open")) == opened


def test_a_line_of_somebody_elses_or_of_no_review_is_not_explained(room: Room, thread: Thread) -> None:
    ts = thread.says("lena", THEIRS)
    review = thread.review.id

    def choose(who: str, review: str, line: str, team: str = "T0LOCAL") -> int:
        """Choose a line in a form of one's own making; returns how often a form was changed so far."""
        option = {"value": line, "text": {"type": "plain_text", "text": "x"}}
        action = {"type": "static_select", "action_id": "value", "block_id": "line", "selected_option": option}
        state = {"values": {"line": {"value": action}}}
        view = {"id": "V1", "type": "modal", "private_metadata": review, "state": state}
        body = {"type": "block_actions", "team": {"id": team}, "user": {"id": who}, "view": view, "actions": [action]}
        assert dispatch(room, body).status == 200
        return len(room.workspace.calls("views.update"))

    for who, number, line in (
        ("U0OMAR", f"{review}", f"{ts}:0"),
        ("U0LENA", f"{review + 1}", f"{ts}:0"),
        ("U0LENA", f"{review}", f"{ts}:99"),
        ("U0LENA", f"{review}", f"{ts}:-1"),
        ("U0LENA", f"{review}", f"{ts}:x"),
        ("U0LENA", f"{review}", "1.000001:0"),
        ("U0LENA", f"{review}", ""),
        ("U0LENA", "", f"{ts}:0"),
    ):
        assert choose(who, number, line) == 0, (who, number, line)
    assert choose("U0LENA", f"{review}", f"{ts}:0", team="T0OTHER") == 0
    assert choose("U0LENA", f"{review}", f"{ts}:0") == 1


def test_a_line_of_somebody_elses_or_of_no_review_cannot_be_moved(room: Room, thread: Thread) -> None:
    ts = thread.says("lena", THEIRS)
    before = everything(room)
    for review, line, label in (
        (thread.review.id, f"{ts}:0", "us"),
        (thread.review.id + 1, f"{ts}:0", "us"),
        (thread.review.id, f"{ts}:99", "us"),
        (thread.review.id, f"{ts}:-1", "us"),
        (thread.review.id, f"{ts}:x", "us"),
        (thread.review.id, "", "us"),
        (thread.review.id, "1.000001:0", "us"),
        (thread.review.id, f"{ts}:0", "enemy"),
    ):
        view = {
            "id": "V1",
            "hash": "1.a",
            "type": "modal",
            "callback_id": "fix_line",
            "private_metadata": str(review),
            "state": {
                "values": {
                    "line": {"value": {"type": "static_select", "selected_option": {"value": line}}},
                    "label": {"value": {"type": "radio_buttons", "selected_option": {"value": label}}},
                }
            },
        }
        body = {"type": "view_submission", "team": {"id": "T0LOCAL"}, "user": {"id": "U0OMAR"}, "view": view}
        answer = dispatch(room, body)
        assert answer.status == 200
        assert json.loads(answer.body)["response_action"] == "errors", (review, line, label)
        assert everything(room) == before


def test_a_view_that_no_form_of_ours_submits_is_turned_away_without_a_crash(room: Room) -> None:
    view = {"id": "V1", "hash": "1.a", "type": "modal", "callback_id": "nonsense", "state": {"values": {}}}
    body = {"type": "view_submission", "team": {"id": "T0LOCAL"}, "user": {"id": "U0LENA"}, "view": view}
    assert dispatch(room, body).status == 404


def test_a_button_pressed_twice_is_pressed_once(room: Room, thread: Thread) -> None:
    asked = thread.latest
    thread.presses("lena", "Skip", on=asked)
    assert "Skip" in buttons(asked)
    press(room, "word:skip", f"{thread.review.id}:2")
    assert thread.review.ask == 3
    assert room.whispers("lena") == [
        "That question has been dealt with; we are at question 3 now. `back` returns to the one before."
    ]
