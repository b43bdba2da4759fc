"""Moving a line: why it stood where it stood, and what the lens of this workspace learns from where it goes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from flows.answer import Lesson
from flows.lens import Correction, Label, read, reason
from storage.corrections import COUNTING, Corrections
from storage.models import CorrectionRow
from storage.tenancy import at_work_for
from tests.conftest import DEALS, TEAM, Room, Thread
from tests.lens.lines import QUOTES, UNLIKE
from tests.reading import Message, buttons, words
from tests.sayings import ALSO_THEIRS, OURS, THEIRS

PRIVATE = "#forecast"
PAPERWORK = Label.OTHER
"""What the team of these tests holds a quote for: neither their story nor ours."""
ABOUT = {Label.US: "about us", Label.CUSTOMER: "about the customer", PAPERWORK: "neither"}


def told(room: Room, text: str, deal: str, by: str = "lena", channel: str = DEALS) -> Thread:
    """A review whose first telling is this text, and which then ends; a minute later than what was before."""
    room.clock.passes(minutes=1)
    thread = room.start(deal, by=by, channel=channel)
    thread.says(by, text)
    thread.says(by, "stop")
    return thread


def moved(thread: Thread, lines: Iterable[str], by: str = "lena") -> None:
    """Somebody puts these lines where their team holds that they belong."""
    for line in lines:
        thread.room.clock.passes(seconds=1)
        thread.fixes(by, line, PAPERWORK)


def labels(thread: Thread) -> list[Label]:
    return [line.label for line in thread.review.lines]


def learned(room: Room) -> list[Lesson]:
    """Everything the lens of the workspace knows by corrections, the latest first."""
    with room.bot.database.transaction() as session:
        rows = session.scalars(select(CorrectionRow).order_by(CorrectionRow.id.desc())).all()
        return [Lesson(r.id, r.line, Label(r.label), Label(r.read_as), r.person, r.at) for r in rows]


def counting(room: Room, team: str = TEAM) -> list[Correction]:
    with at_work_for(team), room.bot.database.transaction() as session:
        return Corrections(session, team).counting("")


def alone(text: str) -> Label:
    """How the lens reads a line that nobody taught it."""
    (span,) = read("opening", text).spans
    return span.label


# What one move does


def test_a_moved_line_changes_the_counts_at_once_and_is_learned_with_who_and_when(room: Room) -> None:
    thread = told(room, f"{THEIRS}\n{OURS}", "Northwind")
    assert "*Your first telling*  ·  1 of 2 lines about us, 1 about them" in thread.summary
    thread.fixes("lena", OURS[:30], "customer")
    assert "*Your first telling*  ·  0 of 2 lines about us, 2 about them" in thread.summary
    (lesson,) = learned(room)
    assert (lesson.line, lesson.label, lesson.read_as) == (OURS, Label.CUSTOMER, Label.US)
    assert (lesson.person, lesson.at) == ("U0LENA", room.clock.utc())
    assert room.whispers("lena") == [
        f"> {OURS}\n🟦 Moved: about the customer. From now on I read lines like it that way."
    ]


def test_a_line_moved_twice_is_learned_once_as_it_was_last_said(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.fixes("lena", OURS[:30], "customer")
    thread.fixes("lena", OURS[:30], "gap")
    assert [(each.label, each.read_as) for each in learned(room)] == [(Label.GAP, Label.US)]


def test_a_line_moved_back_to_where_the_lens_had_it_is_not_learned(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.fixes("lena", OURS[:30], "customer")
    thread.fixes("lena", OURS[:30], "us")
    assert (labels(thread), learned(room)) == ([Label.US], [])
    assert room.whispers("lena")[-1].endswith("🟧 Moved back: about us, as I had read it. I learn nothing from that.")


def test_what_is_deleted_or_edited_away_is_forgotten_and_what_is_left_as_it_was_is_not(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    ts = thread.says("lena", f"{OURS}\n{THEIRS}")
    thread.says("lena", "stop")
    thread.fixes("lena", OURS[:30], "customer")
    thread.fixes("lena", THEIRS[:30], "us")
    thread.edits("lena", ts, f"{ALSO_THEIRS}\n{OURS}")
    assert [each.line for each in learned(room)] == [OURS]
    assert Label.CUSTOMER in labels(thread)
    thread.deletes("lena", ts)
    assert learned(room) == []


def test_a_moved_line_can_be_moved_back_after_an_edit_elsewhere(room: Room) -> None:
    thread = room.start("Northwind", by="lena")
    ts = thread.says("lena", f"{OURS}\n{THEIRS}")
    thread.says("lena", "stop")
    thread.fixes("lena", OURS[:30], "customer")
    thread.edits("lena", ts, f"{OURS}\n{ALSO_THEIRS}")
    assert labels(thread) == [Label.CUSTOMER, Label.CUSTOMER]
    thread.fixes("lena", OURS[:30], "us")
    assert labels(thread) == [Label.US, Label.CUSTOMER]
    assert learned(room) == []


# What the next readings make of it


def test_ten_corrections_of_one_kind_change_the_eleventh_and_nothing_said_before(room: Room) -> None:
    first = told(room, "\n".join(QUOTES), "Northwind")
    before = labels(first)
    assert PAPERWORK not in (*before, alone(QUOTES[10]))
    moved(first, QUOTES[:10])
    assert labels(first) == [PAPERWORK] * 10 + before[10:]

    second = told(room, QUOTES[10], "Harlow", by="omar")
    assert labels(second) == [PAPERWORK]
    assert "*Your first telling*  ·  nothing on either side" in second.summary
    assert labels(first) == [PAPERWORK] * 10 + before[10:]
    assert {each.person for each in learned(room)} == {"U0LENA"}


def test_another_workspace_reads_as_before(room: Room) -> None:
    moved(told(room, "\n".join(QUOTES[:10]), "Northwind"), QUOTES[:10])
    assert len(counting(room)) == 10
    assert counting(room, "T0OTHER") == []
    for line in (*QUOTES, *UNLIKE):
        assert read("opening", line, counting(room, "T0OTHER")) == read("opening", line)


def test_people_who_contradict_each_other_leave_a_reading_as_it_was(room: Room) -> None:
    moved(told(room, "\n".join(QUOTES[:5]), "Northwind"), QUOTES[:5])
    second = told(room, "\n".join(QUOTES[:5]), "Harlow", by="omar")
    assert labels(second) == [PAPERWORK] * 5
    for line in QUOTES[:5]:
        second.fixes("omar", line, "us")
    assert len(counting(room)) == 10
    third = told(room, f"{QUOTES[0]}\n{QUOTES[10]}", "Brightside", by="maya")
    assert third.review.answer("opening").live[0].reading == read("opening", f"{QUOTES[0]}\n{QUOTES[10]}")


def test_hostile_corrections_touch_no_unlike_line_and_no_other_workspace(room: Room) -> None:
    thread = told(room, "\n".join(QUOTES), "Northwind")
    hostile = [f"We sent quote number {n} to their buyer." for n in range(COUNTING)]
    with room.bot.database.transaction() as session:
        for line in hostile:
            session.add(
                CorrectionRow(
                    team=TEAM,
                    review_id=thread.review.id,
                    message_ts="1.000001",
                    line=line,
                    label=Label.GAP,
                    read_as=Label.US,
                    person="U0OMAR",
                    at=room.clock.utc(),
                )
            )
    assert labels(told(room, "We sent quote number 7 to their buyer.", "Harlow")) == [Label.GAP]
    text = "\n".join(UNLIKE)
    assert told(room, text, "Brightside").review.answer("opening").live[0].reading == read("opening", text)
    assert counting(room, "T0OTHER") == []


def test_the_latest_two_hundred_count(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    with room.bot.database.transaction() as session:
        for n in range(COUNTING + 5):
            room.clock.passes(seconds=1)
            session.add(
                CorrectionRow(
                    team=TEAM,
                    review_id=thread.review.id,
                    message_ts="1.000001",
                    line=f"Line {n}.",
                    label=Label.US,
                    read_as=Label.GAP,
                    person="U0OMAR",
                    at=room.clock.utc(),
                )
            )
    lines = [each.line for each in counting(room)]
    assert (len(lines), lines[0], lines[-1]) == (COUNTING, f"Line {COUNTING + 4}.", "Line 5.")


def test_a_lens_learns_in_private_channels_too_and_shows_their_lines_nowhere_else(room: Room) -> None:
    room.workspace.invite("maya", PRIVATE, "dealreview")
    moved(told(room, "\n".join(QUOTES[:10]), "Northwind", by="maya", channel=PRIVATE), QUOTES[:10], by="maya")
    thread = told(room, QUOTES[10], "Harlow", by="omar")
    assert labels(thread) == [PAPERWORK]
    shown = thread.summary + thread.asks_why("omar", QUOTES[10]) + room.command("omar", "lens")
    assert not any(line in shown for line in QUOTES[:10])
    assert QUOTES[9] in room.command("maya", "lens", PRIVATE)


# Why a line stands where it stands


def test_a_chosen_line_is_explained_by_its_own_words(room: Room) -> None:
    thread = told(room, f"{OURS}\n{THEIRS}", "Northwind")
    thread.presses("lena", "Fix a line")
    assert "I read it as" not in words(room.form("lena"))
    for line, label in ((OURS, Label.US), (THEIRS, Label.CUSTOMER)):
        room.chooses("lena", line)
        form = words(room.form("lena"))
        assert f"> {line}\nI read it as {ABOUT[label]}, going by “" in form
        reading = thread.review.answer("opening").live[0].reading
        span = next(span for span in reading.spans if span.label is label)
        assert all(f"“{word}”" in form for word in reason(reading.text, span).words)


def test_the_test_that_helps_to_decide_is_beside_the_choice(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.presses("lena", "Fix a line")
    (choice,) = [block for block in room.form("lena")["blocks"] if block.get("block_id") == "label"]
    assert choice["hint"]["text"] == "Would they say it in their own staff meeting? Then it is about the customer."


def test_what_was_chosen_stays_when_the_form_says_why(room: Room) -> None:
    thread = told(room, f"{OURS}\n{THEIRS}", "Northwind")
    thread.presses("lena", "Fix a line")
    room.chooses("lena", OURS, label="gap")
    room.chooses("lena", THEIRS)
    chosen = room.form("lena")["state"]["values"]
    assert chosen["label"]["value"]["selected_option"]["value"] == "gap"
    assert THEIRS[:30] in chosen["line"]["value"]["selected_option"]["text"]["text"]
    assert room.workspace.submit("lena", room.form("lena")["id"]) == {}
    room.settle()
    assert labels(thread) == [Label.US, Label.GAP]


def test_a_line_in_a_language_it_never_learned_is_said_to_be_strange(room: Room) -> None:
    thread = told(room, "現場の作業員は毎日二時間を紙の記録に費やしている。", "Northwind")
    assert "I know too few of these words to say." in thread.asks_why("lena", "現場")


def test_a_moved_line_says_who_moved_it_and_when_and_how_it_was_read_before(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.fixes("lena", OURS[:30], "customer")
    assert "Lena moved it on Tue 24 Nov. Before that:\nI read it as about us" in thread.asks_why("lena", OURS[:30])


def test_a_line_read_as_people_taught_says_so_and_one_read_before_does_not(room: Room) -> None:
    first = told(room, "\n".join(QUOTES), "Northwind")
    moved(first, QUOTES[:10])
    said = told(room, QUOTES[10], "Harlow").asks_why("lena", QUOTES[10])
    assert "I read it as neither" in said
    assert "lines like it, and I went along." in said
    said = first.asks_why("lena", QUOTES[10])
    assert f"I read it as {ABOUT[labels(first)[10]]}" in said
    assert "went along" not in said


def test_a_form_that_slack_does_not_change_is_left_as_it_is(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.presses("lena", "Fix a line")
    room.workspace.fault("views.update", "server_error")
    room.chooses("lena", OURS)
    assert "I read it as" not in words(room.form("lena"))
    assert room.workspace.messages(room.workspace.dm("lena")) == []
    room.chooses("lena", OURS)
    assert "I read it as" in words(room.form("lena"))


# What was learned, shown and forgotten


def lessons(room: Room, who: str, channel: str = DEALS) -> Message:
    """What this person is shown by `/dealreview lens`."""
    room.command(who, "lens", channel)
    return room.workspace.ephemerals(who)[-1]


def forgets(room: Room, who: str, note: Message) -> str:
    """Press the first *Forget*; returns what comes of it."""
    row = next(block for block in note["blocks"] if block["type"] == "actions")
    room.workspace.action(who, note, "forget", block_id=row["block_id"])
    room.settle()
    return room.whispers(who)[-1]


def test_nothing_learned_is_said_to_be_so(room: Room) -> None:
    assert room.command("maya", "lens").startswith("I have learned nothing here yet.")


def test_what_was_learned_in_a_channel_is_shown_there_with_who_and_when(room: Room) -> None:
    told(room, OURS, "Northwind").fixes("lena", OURS[:30], "customer")
    shown = lessons(room, "maya")
    assert f"> {OURS}\n🟦 about the customer  ·  Lena  ·  Tue 24 Nov  ·  I had read it as about us" in words(shown)
    assert list(buttons(shown)) == ["Forget"]
    assert OURS not in words(lessons(room, "omar", "#general"))
    assert OURS in words(lessons(room, "lena", "#general"))


def test_what_is_forgotten_counts_no_more_and_its_line_stays_where_it_is(room: Room) -> None:
    thread = told(room, OURS, "Northwind")
    thread.fixes("lena", OURS[:30], "customer")
    note = lessons(room, "maya")
    assert forgets(room, "maya", note).startswith("Forgotten: it counts no more")
    assert counting(room) == []
    assert labels(thread) == [Label.CUSTOMER]
    assert "It was moved by hand. Before that:\nI read it as about us" in thread.asks_why("lena", OURS[:30])
    assert forgets(room, "maya", note).startswith("There is nothing left to forget")
    assert labels(told(room, OURS, "Harlow")) == [Label.US]


def test_nobody_forgets_what_they_may_not_see(room: Room) -> None:
    told(room, OURS, "Northwind").fixes("lena", OURS[:30], "customer")
    told(room, THEIRS, "Harlow", by="omar").fixes("omar", THEIRS[:30], "us")
    note = lessons(room, "maya")
    with room.bot.database.transaction() as session:
        assert not Corrections(session, TEAM).forget(1, "U0MAYA", "C0GENERAL")
    with at_work_for("T0OTHER"), room.bot.database.transaction() as session:
        assert not Corrections(session, "T0OTHER").forget(1, "U0LENA", "C0DEALS")
    assert len(learned(room)) == 2
    forgets(room, "maya", note)
    assert [each.line for each in learned(room)] == [OURS]


def test_the_latest_ten_are_shown(room: Room) -> None:
    moved(told(room, "\n".join(QUOTES), "Northwind"), QUOTES)
    shown = words(lessons(room, "maya"))
    assert QUOTES[0] not in shown and all(line in shown for line in QUOTES[1:])
