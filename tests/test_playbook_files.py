"""Playbooks as files: what is written is read again, and what will not do is named with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import main
from flows.drafting import (
    LONGEST_LABEL,
    LONGEST_MATTER,
    LONGEST_WORDS,
    MOST_ANGLES,
    add,
    move,
    new_key,
    switch,
    with_all_of,
    wrong_with,
)
from flows.playbook import NINE, SHIPPED, STANDARD, Playbook, Question, fill, from_plain, plain
from flows.playbook_files import HEAD, BadPlaybook, read, write
from storage.database import Database
from storage.deals import Person, keep_person
from storage.playbooks import Playbooks
from tests.conftest import TEAM

Json = dict[str, object]

SIGNS = st.characters(exclude_categories=("C", "Z"), include_characters=" {}*_<>@!&'\"“”:#-")


def words(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Words with single spaces, such as a form or a file gives."""
    tidy = st.text(SIGNS, min_size=least, max_size=most).map(lambda text: " ".join(text.split()))
    return tidy.filter(lambda text: len(text) >= least and "{could_ask}" not in text and "{struggle}" not in text)


ages = st.none() | st.tuples(*[st.integers(1, 730)] * 4)
questions = st.builds(
    Question,
    key=st.just(""),
    label=words(LONGEST_LABEL, 1),
    ask=words(LONGEST_WORDS, 1),
    matter=words(LONGEST_MATTER),
    angles=st.lists(words(LONGEST_WORDS, 1), max_size=MOST_ANGLES).map(tuple),
    vague=words(LONGEST_WORDS),
    could_ask=words(LONGEST_WORDS),
    not_known=words(LONGEST_WORDS) | st.just("You could ask: “{could_ask}”"),
    ages=ages,
)


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """What people can make of the nine questions."""
    made = replace(STANDARD, name=draw(words(LONGEST_LABEL, 1)))
    for question in draw(st.lists(questions, max_size=4)):
        made = add(made, question, SHIPPED.playbooks["renewal"].asked)
    for key in draw(st.lists(st.sampled_from([each.key for each in made.questions]), max_size=6)):
        made = move(switch(made, key, draw(st.booleans())), key, draw(st.integers(-3, 3)))
    return made


@settings(deadline=None)
@given(playbooks())
def test_what_is_written_is_read_again(playbook: Playbook) -> None:
    assert read(write(playbook)) == playbook
    assert from_plain(plain(playbook)) == playbook


@settings(deadline=None)
@given(playbooks())
def test_whatever_is_done_the_nine_keys_are_there_once_and_the_opening_comes_first(playbook: Playbook) -> None:
    keys = [question.key for question in playbook.questions]
    assert set(NINE) <= set(keys)
    assert len(keys) == len(set(keys))
    assert playbook.asked[0] == "opening"
    assert not any(wrong_with(question) for question in playbook.questions)


@settings(deadline=None)
@given(playbooks(), playbooks())
def test_of_two_that_are_put_together_no_question_is_lost(mine: Playbook, theirs: Playbook) -> None:
    whole = with_all_of(mine, theirs)
    assert whole.asked == mine.asked
    assert {question.key for question in whole.questions} == {
        question.key for question in (*mine.questions, *theirs.questions)
    }


@settings(deadline=None)
@given(words(60), st.sets(st.sampled_from(["own", "question", "question_2", "afterwards", *NINE])))
def test_a_new_key_was_never_taken_and_can_be_read(label: str, taken: set[str]) -> None:
    key = new_key(label, taken)
    assert key not in {*taken, "afterwards"}
    made = add(STANDARD, Question("", "x", "x?"), ())
    read(write(replace(made, questions=(*STANDARD.questions, Question(key if key not in NINE else "x", "x", "x?")))))


@settings(deadline=None)
@given(st.text(max_size=300) | st.text("{}:[]-?&*!|>'\"% \nabkeyquestions", max_size=300))
def test_whatever_is_in_a_file_it_is_a_playbook_or_there_are_sentences(text: str) -> None:
    try:
        read(text)
    except BadPlaybook as bad:
        assert bad.problems
        assert all(problem.endswith((".", "?")) for problem in bad.problems)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(["key", "label", "ask", "angles", "ages", "is_on", "vague", "more"]), anything)
def test_a_field_may_hold_anything_and_is_named_if_it_will_not_do(field: str, value: object) -> None:
    data = plain(STANDARD)
    data["questions"][2] = {**data["questions"][2], field: value}
    try:
        read(yaml.safe_dump(data))
    except BadPlaybook as bad:
        assert all("question 3" in problem or "no_action" in problem for problem in bad.problems), bad.problems


@pytest.mark.parametrize("playbook", SHIPPED.playbooks.values(), ids=lambda each: each.key)
def test_what_ships_is_a_playbook_like_any_other(playbook: Playbook) -> None:
    path = Path(__file__).parent.parent / "flows" / "playbooks" / f"{playbook.key}.yml"
    assert read(path.read_text(encoding="utf-8")) == playbook


BUDGET: Json = {"key": "budget", "label": "Budget", "ask": "Where does the money come from?"}


def with_budget(**changed: object) -> str:
    """A file whose third question is the one about the budget."""
    data = plain(STANDARD)
    data["questions"].insert(2, {**BUDGET, **changed})
    return yaml.safe_dump(data)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", "The file holds no playbook; it begins with `key:`, `name:` and `questions:`."),
        ("key: [", "The file is not YAML: line 1: expected the node content, but found '<stream end>'."),
        ("x" * 200_001, "The file has more than 200,000 characters; a playbook has a few thousand."),
        (with_budget(ask=""), "question 3 (“budget”): `ask` is empty; write what to ask."),
        (with_budget(lable="x"), "question 3 (“budget”): `lable` means nothing here; did you mean `label`?"),
        (with_budget(key="Budget!"), "question 3: `key` is 'Budget!'; write a short name like `budget`, with small "
         "letters, digits and `_`."),
        (with_budget(key="people"), "`people` is there 2 times; a key has one question."),
        (with_budget(key="afterwards"), "question 3 (“afterwards”): `afterwards` cannot be a key: under it is kept "
         "what people add when a review is over."),
        (with_budget(ages={"exploring": 9}), "question 3 (“budget”): `ages` is a dict; write the days for each of "
         "`exploring`, `comparing`, `deciding` and `signing`, from 1 to 730, or leave it out for what does not age."),
        (with_budget(ask="x" * 301), "question 3 (“budget”): `ask` is too long; 300 characters is the most that reads "
         "well on a phone."),
        (with_budget(ask="{struggle}?"), "question 3 (“budget”): `ask` waits for {struggle} or {could_ask}; those can "
         "stand in `not_known` only."),
        (with_budget(ask="a\u202eb"), "question 3 (“budget”): `ask` has signs in it that nobody can see; write it "
         "anew."),
        (with_budget(angles=["a"] * 6), "question 3 (“budget”): `angles` has too many follow-ups; 5 is the most."),
        (with_budget(is_on="off"), "question 3 (“budget”): `is_on` is 'off'; write true or false."),
    ],
)  # fmt: skip
def test_what_will_not_do_is_named_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(BadPlaybook) as caught:
        read(text)
    assert caught.value.problems == (problem,)


def test_the_opening_and_the_nine_keys_cannot_be_broken() -> None:
    data = plain(STANDARD)
    opening, *rest = data["questions"]
    without = {**data, "questions": [each for each in rest if each["key"] != "people"]}
    with pytest.raises(BadPlaybook) as caught:
        read(yaml.safe_dump(without))
    assert caught.value.problems == (
        "The first question is `why_change`; it has to be `opening`, the telling that nothing steers yet.",
        "`opening` and `people` are missing; every playbook has the nine keys, and what is not to be asked has "
        "`is_on: false`.",
    )
    with pytest.raises(BadPlaybook, match="it cannot be switched off"):
        read(yaml.safe_dump({**data, "questions": [{**opening, "is_on": False}, *rest]}))


def test_words_are_never_a_template() -> None:
    known = {"customer": "{deal} {{ 7 * 7 }}", "deal": "D", "could_ask": "", "struggle": ""}
    assert fill("{{ customer }} {% x %} {0} {customer!r} {customer.__class__}", known) == (
        "{{ customer }} {% x %} {0} {customer!r} {customer.__class__}"
    )
    assert fill("{customer}", known) == "{deal} {{ 7 * 7 }}"
    assert fill("{struggle}", known) == ""


# At the command line


@pytest.fixture
def home(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """The database of one workspace, and a folder to work in."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    database = Database(database_url)
    with database.transaction() as session:
        keep_person(session, Person(TEAM, "U0LENA", "Lena", "UTC"))
    return database


def run(*typed: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["playbook", *typed])
    assert result.exit_code == code, result.output
    return result


def test_a_playbook_goes_out_and_comes_in_again_with_other_words(home: Database) -> None:
    text = run("export", "renewal").stdout
    assert text.startswith(HEAD)
    assert read(text) == SHIPPED.playbooks["renewal"]
    file = Path("renewal.yml")
    file.write_text(text, encoding="utf-8")
    assert run("import", "renewal.yml").stdout == "“Renewal” is that already; nothing was changed.\n"
    file.write_text(text.replace("label: People", "label: Who"), encoding="utf-8")
    assert run("import", "renewal.yml").stdout == f"“Renewal” is version 1 in {TEAM}.\n"
    assert "label: Who" in run("export", "renewal", "--team", TEAM).stdout
    home.close()


def test_what_a_file_leaves_out_is_switched_off_and_kept(home: Database) -> None:
    Path("own.yml").write_text(with_budget().replace("key: standard", "key: pilot"), encoding="utf-8")
    run("import", "own.yml")
    Path("own.yml").write_text(write(replace(STANDARD, key="pilot")), encoding="utf-8")
    told = run("import", "own.yml").stdout
    assert told == f"“Deal review” is version 2 in {TEAM}. Not in the file, and switched off: Budget.\n"
    with home.transaction() as session:
        budget = Playbooks(session, TEAM).shelf().playbooks["pilot"].find("budget")
    assert budget and not budget.is_on
    home.close()


def test_what_will_not_do_is_said_and_nothing_is_taken(home: Database) -> None:
    Path("bad.yml").write_text(with_budget(ask=""), encoding="utf-8")
    assert run("import", "bad.yml", code=1).stderr == "question 3 (“budget”): `ask` is empty; write what to ask.\n"
    Path("bad.yml").write_bytes(b"\xff\xfe")
    assert "not text in UTF-8" in run("import", "bad.yml", code=1).stderr
    thin = replace(STANDARD, questions=tuple(replace(each, is_on=each.key == "opening") for each in STANDARD.questions))
    Path("thin.yml").write_text(write(thin), encoding="utf-8")
    assert "This asks about the customer only nothing." in run("import", "thin.yml", code=1).stderr
    with home.transaction() as session:
        assert Playbooks(session, TEAM).shelf() == SHIPPED
    assert "version 1" in run("import", "thin.yml", "--anyway").stdout
    home.close()


def test_which_workspace_and_which_playbook_is_asked_for_if_that_is_not_clear(home: Database) -> None:
    assert (
        "there is no playbook pilot; there are standard, renewal, first_meeting"
        in run("export", "pilot", code=2).stderr
    )
    assert "nothing is known of a workspace T9" in run("export", "standard", "--team", "T9", code=2).stderr
    home.close()
