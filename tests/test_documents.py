"""The documents tell the truth: whatever they name is there, whatever is there is named, and nothing is said twice.

Their conversations are played in tests/test_tutorial.py, and the commands of docs/operations.md in
tests/test_operations.py.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import commands, outside
from bot.checkup import FARTHEST
from bot.cli import main
from bot.manifest import socket_mode
from bot.settings import BURST_SECONDS, DATABASE, LONGEST_SECONDS, PACE_SECONDS, SLACK
from flows import nudging
from flows.answer import MOST_REPEATS
from flows.freshness import AMBER_FROM, ENOUGH_DEALS, USUAL_DAYS, scale_of
from flows.lens.reader import KNOWN_WORDS
from flows.playbook import PLAYBOOK, STAGES, STANDARD
from flows.review import OPEN, Status
from flows.words import SPOKEN
from storage.messages import LATE
from storage.models import Base, OfWorkspace, Team
from storage.sealing import new_key
from tests.columns import kind
from tests.conftest import Room
from tests.pages import ROOT, Page, all_pages, page, rows, settings_read
from tests.reading import buttons, words
from tests.written import context_of, families, pages

README = page("README.md")
TARGETS = set(re.findall(r"^([.\w/-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)) - {".PHONY"}

WORDS = [
    path.read_text(encoding="utf-8")
    for place in ("templates/*.j2", "flows/playbooks/*.yml", "sandbox/page/*.js", "sandbox/page/*.html", "manifest.yml")
    for path in ROOT.glob(place)
]
"""Where everything stands that a person reads in Slack and in the local workspace."""
CALLED_BY_OTHERS = {
    *("Create New App", "From a manifest", "Install to Workspace", "Basic Information", "App-Level Tokens"),
    *("Bot User OAuth Token", "Signing Secret", "Preferences", "Language & region"),
    *("Dashboards", "New", "Import"),
    *("Ask Lena", "Taken"),
}
"""What Slack calls so, then Grafana; a name that is filled in, and one that a page explains."""

every_page = pytest.mark.parametrize("read", [*all_pages(), page("CHANGELOG.md")], ids=lambda read: read.name)


def reference(name: str) -> Page:
    return page(f"docs/reference/{name}.md")


def first_typed(row: list[str]) -> str:
    """What the first cell of a row sets in type; nothing if it does not."""
    return "".join(re.findall(r"^`([^`]+)`", row[0]))


# Commands and words


def typed_in_slack(read: Page) -> list[str]:
    """Every command for Slack in a page, without the first word."""
    said = [line for talk in read.fenced("conversation") for line in re.findall(r"/dealreview.*", talk)]
    return [each.removeprefix("/dealreview").strip() for each in (*read.typed, *said) if each.startswith("/dealreview")]


def as_slack_has_it(text: str) -> str:
    """With people as Slack writes them."""
    return re.sub(r"@(\w+)", lambda who: f"<@U0{who[1].upper()}>", text)


@every_page
def test_every_command_of_a_page_is_one(read: Page) -> None:
    for text in typed_in_slack(read):
        found = commands.parse(as_slack_has_it(text))
        assert found.kind != "unknown", f"/dealreview {text}"
        assert found.kind != "start" or not found.name or found.name[0].isupper(), f"/dealreview {text}"
    others = {each.split()[0] for each in read.typed if re.fullmatch(r"/[a-z]+(?: .*)?", each)}
    ours = {each["command"] for each in socket_mode()["features"]["slash_commands"]}
    served = {route.path for route in outside.routes(None)}  # type: ignore[arg-type]  # nobody asks it anything
    assert others <= {*ours, *served, "/invite"}


def test_the_reference_tells_of_every_command_once() -> None:
    told = [first_typed(row) for row in rows(reference("commands").section("Commands"))]
    kinds = [commands.parse(as_slack_has_it(each.removeprefix("/dealreview").strip())).kind for each in told]
    assert sorted(kinds) == sorted(["form", "start", "start", *commands.SUBCOMMANDS]), "two ways to start one"


def test_the_reference_tells_of_every_word_and_what_it_stands_for() -> None:
    *first, second = re.split(r"\nThese are understood, too:\n", reference("commands").section("Words"))
    told = {first_typed(row): first_typed(row) for row in rows(first[0])}
    for names, meant in rows(second):
        told |= dict.fromkeys(re.findall(r"`([^`]+)`", names), meant.strip("`"))
    assert set(told) == set(SPOKEN)
    assert {word: SPOKEN[like] for word, like in told.items()} == SPOKEN


# Settings, fields, scopes


def test_the_reference_tells_of_every_setting_once_and_of_its_default() -> None:
    told = rows(reference("settings").section("In the environment"))
    assert sorted(map(first_typed, told)) == sorted(settings_read())
    defaults = {first_typed(row): row[2].strip(" |`") for row in told if row[2].strip(" |")}
    assert defaults == {
        "SLACK_API_URL": SLACK,
        "DATABASE_URL": DATABASE,
        "DEALREVIEW_BURST_SECONDS": f"{BURST_SECONDS:g}",
        "DEALREVIEW_PACE_SECONDS": f"{PACE_SECONDS:g}",
        "DEALREVIEW_LOG": "text",
    }
    assert f"from 0 to {LONGEST_SECONDS:g}" in reference("settings").prose


@every_page
def test_a_page_names_no_setting_that_there_is_none_of(read: Page) -> None:
    named = set(re.findall(r"\b(?:SLACK|DEALREVIEW|LENS|DATABASE)_[A-Z_]+\b", read.text))
    assert named <= settings_read() | {"DEALREVIEW_ADDRESS", "DEALREVIEW_REPLICAS"}, "the last two are the proxy's"


def labels(form: dict[str, object]) -> list[str]:
    """What the fields of a form are called."""
    blocks: list[dict[str, dict[str, str]]] = form["blocks"]  # type: ignore[assignment]  # as Slack sends them
    return [block["label"]["text"] for block in blocks if "label" in block]


def test_the_reference_tells_of_every_field_that_is_settled_in_slack(room: Room) -> None:
    room.command("maya", "settings")
    form = room.form("maya")
    assert "*Teams*" in words(form)
    told = [row[0] for row in rows(reference("settings").section("For a workspace"))]
    assert sorted(told) == sorted([*labels(form), "Teams"])


def test_the_reference_tells_of_every_field_of_ones_own_settings(room: Room) -> None:
    room.workspace.home("lena")
    room.settle()
    home = room.workspace.home_tab("lena")
    assert home
    room.workspace.action("lena", home, buttons(home)["My settings"])
    room.settle()
    told = [row[0] for row in rows(reference("settings").section("For oneself"))]
    assert sorted(told) == sorted(labels(room.form("lena")))


def test_the_reference_tells_what_every_scope_and_event_is_for() -> None:
    asked = socket_mode()
    told = {
        heading: list(map(first_typed, rows(reference("slack").section(heading)))) for heading in ("Scopes", "Events")
    }
    assert told["Scopes"] == asked["oauth_config"]["scopes"]["bot"]
    assert told["Events"] == asked["settings"]["event_subscriptions"]["bot_events"]


# The command line


def for_a_shell(read: Page) -> Iterator[list[str]]:
    """What a page has typed after `dealreview`, word by word."""
    for line in (*read.shell, *read.typed):
        if found := re.search(r"(?:^|/bin/|bot-1 )dealreview((?: [^|<>]+)?)(?:$| [|<>])", line):
            yield shlex.split(found[1])


@every_page
def test_every_line_for_the_shell_is_understood(read: Page) -> None:
    for line in for_a_shell(read):
        command: click.Command = main
        args = list(line)
        while isinstance(command, click.Group) and args:
            found = command.get_command(click.Context(command), args.pop(0))
            assert found, f"dealreview {shlex.join(line)}"
            command = found
        context = context_of(command, line[0] if line else "")
        given, _, order = command.make_parser(context).parse_args(args)
        for parameter in order:
            if isinstance(parameter.type, (click.Choice, click.IntRange)) and given[parameter.name or ""] is not None:
                parameter.type.convert(given[parameter.name or ""], parameter, context)


def test_the_lines_for_the_shell_that_are_ours_work_as_written(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.start("Northwind @lena", by="maya")
    (tmp_path / "pipeline.csv").write_text("Deal name,Amount\nNorthwind,84000\n")
    monkeypatch.chdir(tmp_path)
    for name in settings_read():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", room.settings.database_url)
    monkeypatch.setenv("DEALREVIEW_KEYS", new_key())
    lines = [line for read in all_pages() if "/howto/" in read.name for line in read.shell]
    ours = [line.removeprefix("dealreview ") for line in lines if line.startswith("dealreview ")]
    assert len(ours) >= 10
    for line in ours:
        done = CliRunner().invoke(main, shlex.split(line))
        assert done.exit_code == 0, (line, done.output)


@every_page
def test_every_other_line_for_the_shell_is_of_a_kind_that_is_tried(read: Page) -> None:
    if read.name == "docs/operations.md":
        return  # tests/test_operations.py looks at each of its lines
    others = [line for line in read.shell if not re.match(r"(?:\.venv/bin/)?dealreview |make ", line)]
    assert all(line.startswith(".venv/bin/pip install -c constraints.txt -e ") for line in others), others
    for extra in re.findall(r"\[(\w+)\]'$", "\n".join(others), re.MULTILINE):
        assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@every_page
def test_every_target_of_make_that_is_named_is_one(read: Page) -> None:
    for line in (*read.shell, *read.typed):
        if line.startswith("make "):
            assert line.split()[1] in TARGETS, line


def test_every_target_of_make_is_told_of() -> None:
    told = {first_typed(row).removeprefix("make ") for row in rows(page("docs/howto/work-on-it.md").text)}
    assert told == {target for target in TARGETS if "/" not in target}


# Tables, metrics, the doctor


def test_the_reference_tells_of_every_table_and_column() -> None:
    schema = reference("schema").text
    told = re.findall(r"^### `(\w+)`\n\n(.+)\n\n((?:\|.*\n?)+)", schema, re.MULTILINE)
    assert sorted(name for name, _, _ in told) == sorted(Base.metadata.tables)
    for name, _, table in told:
        there = [f"| `{column.name}` | {kind(column)} |" for column in Base.metadata.tables[name].columns]
        assert sorted(f"| {cell[0]} | {cell[1]} |" for cell in rows(table)) == sorted(there), name
        assert all(len(cell[2].strip(" |")) > 2 for cell in rows(table)), f"{name}: a column without a word"


def test_all_tables_but_the_last_four_belong_to_workspaces() -> None:
    named = re.findall(r"^### `(\w+)`", reference("schema").text, re.MULTILINE)
    walled = {t.name for t in Base.metadata.tables.values() if any(isinstance(c.type, Team) for c in t.columns)}
    assert walled == {m.local_table.name for m in Base.registry.mappers if issubclass(m.class_, OfWorkspace)}  # type: ignore[attr-defined]
    assert set(named[-4:]) == set(named) - walled


def test_every_metric_that_a_page_names_is_served() -> None:
    served = {name + more for name in families() for more in ("", "_bucket", "_sum", "_count")}
    for read in all_pages():
        named = set(re.findall(r"\bdealreview_\w+", read.text))
        assert named <= served, read.name


def test_the_pages_that_are_written_from_the_code_are_those_of_today() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date; `make docs` writes it"


def test_the_reference_tells_of_everything_the_doctor_looks_at() -> None:
    tree = ast.parse((ROOT / "bot" / "checkup.py").read_text(encoding="utf-8"))
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Check"]
    named = {each.args[0].value for each in made if isinstance(each.args[0], ast.Constant)}
    doctor = reference("doctor")
    statuses, looked_at = {"0", "1", "2"}, {row[0].strip("`") for row in rows(doctor.text)}
    assert looked_at == named | statuses
    assert f"more than {LATE.total_seconds() / 60:g} minutes" in doctor.prose
    assert FARTHEST.total_seconds() == 60 and "less than a minute from Slack's" in doctor.prose


# What is explained


def test_the_days_that_knowledge_lasts_are_those_of_the_playbook() -> None:
    aging = page("docs/explanation/freshness.md")
    told = rows(aging.section("For how many days"))
    asked = [question for question in STANDARD.questions if question.ages]
    assert told == [[each.label, *(str(days) for days in each.ages or ())] for each in asked]
    assert "| question | " + " | ".join(STAGES) + " |" in aging.text
    plain = " ".join(aging.text.split())
    least, most = scale_of([0.0] * ENOUGH_DEALS), scale_of([9999.0] * ENOUGH_DEALS)
    for said in (
        f"take {USUAL_DAYS} days from the first review",
        f"closed {ENOUGH_DEALS} deals",
        f"median over {USUAL_DAYS}, but never by less than {least:g} or more than {most:g}",
        f"naming {nudging.MOST_DEALS} at most",
        f"leaves {nudging.SPARING} in a row unanswered is asked every second working day, after {nudging.RARELY} once",
    ):
        assert said in plain
    assert AMBER_FROM == 0.75 and "three quarters of its days" in plain
    assert MOST_REPEATS == 2 and "Called still true twice" in plain


def test_the_figures_of_the_lens_are_those_of_its_report() -> None:
    report = (ROOT / "flows" / "lens" / "REPORT.md").read_text(encoding="utf-8")
    explained = page("docs/explanation/lens.md").text
    (megabytes,) = re.findall(r"network: .* ([\d.]+) MB", report)
    (authors,) = re.findall(r"Nothing was learned from these (\d+)", report)
    (notes,) = re.findall(r"^(\d+) answers by many hands", report, re.MULTILINE)
    mean = rf"mean of {authors} authors: accuracy ([\d.]+), .*swapped ([\d.]+)"
    unseen_right, unseen_swapped = re.findall(mean, report)[0]
    real_right, real_swapped = re.findall(r"\| real notes \| [\d,]+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+)", report)[0]
    told = rows(explained)
    assert f"{megabytes} MB" in explained
    assert told[0][0].startswith(f"{authors} authors") and told[1][0].startswith(f"{notes} real notes")
    assert [row[1] for row in told] == [f"{100 * float(part):.0f} words in 100" for part in (unseen_right, real_right)]
    assert told[0][2].startswith(f"{100 * float(unseen_swapped):.0f} in 100")
    assert told[1][2].startswith(f"{100 * float(real_swapped):.0f} in 100")
    assert f"1 in {1 / float(real_swapped):.0f}" in told[1][2]
    assert f"reads [{100 * float(real_right):.0f} words in 100]" in " ".join(README.text.split())
    assert KNOWN_WORDS == 0.3 and "three words in ten" in explained


@every_page
def test_every_button_and_heading_that_a_page_calls_by_its_name_is_called_so(read: Page) -> None:
    for name in set(read.called) - CALLED_BY_OTHERS:
        assert any(name in text for text in WORDS), name


# The README


def chart() -> list[tuple[str, str]]:
    """The state chart's transitions, from and to."""
    (drawn,) = README.fenced("mermaid")
    return re.findall(r"^\s*(\S+) --> ([^\s:]+)", drawn, re.MULTILINE)


def test_the_state_chart_names_exactly_the_states_there_are() -> None:
    drawn = {state for arrow in chart() for state in arrow} - {"[*]"}
    assert drawn == {status.value for status in Status}


def test_the_state_chart_begins_with_a_question_and_every_open_state_can_be_left() -> None:
    arrows = chart()
    assert [to for begin, to in arrows if begin == "[*]"] == [Status.AWAITING_ANSWER]
    for status in OPEN:
        assert {to for begin, to in arrows if begin == status} - {status}
    assert {begin for begin, to in arrows if to == "[*]"} == {Status.FINISHED}


def test_there_are_nine_questions_as_everybody_is_told() -> None:
    assert len(PLAYBOOK) == 9
    assert "1 of 9" in README.text


def test_the_readme_is_read_in_a_minute() -> None:
    assert len(README.text.splitlines()) <= 120


# All pages


@every_page
def test_every_link_leads_somewhere(read: Page) -> None:
    for link in read.links:
        if link.startswith("https:"):
            continue
        path, _, anchor = link.partition("#")
        there = (read.path.parent / path).resolve() if path else read.path
        assert there.exists(), link
        if anchor:
            assert anchor in Page(there, there.read_text(encoding="utf-8")).anchors, link


@every_page
def test_every_file_that_is_named_is_there(read: Page) -> None:
    folders = "bot|flows|storage|templates|sandbox|tests|deploy|docs"
    for name in read.typed:
        if re.fullmatch(rf"(?:{folders})/[\w./-]*", name) and name != "deploy/.env":
            assert (ROOT / name).exists(), name


def test_every_page_is_reached_from_the_first() -> None:
    index = page("docs/README.md")
    listed = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}
    assert {read.path for read in all_pages()} - listed == {index.path, README.path}


def test_no_sentence_stands_in_two_places() -> None:
    said = Counter(sentence for read in all_pages() for sentence in set(read.sentences) if len(sentence.split()) > 5)
    assert len(said) > 300
    assert [sentence for sentence, times in said.items() if times > 1] == []


@every_page
def test_a_page_is_as_calm_as_the_bot(read: Page) -> None:
    assert "!" not in re.sub(r"!\[|`[^`]*`", "", read.prose)
    assert not re.findall(r"(?i)\b(?:seamless|powerful|leverage|effortless|robust|blazing|simply|easily)\b", read.prose)
