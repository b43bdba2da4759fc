"""docs/operations.md and deploy/: their commands run as written, and they name only what there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml
from click import Context, Group
from click.testing import CliRunner

from bot import manifest, outside, probe
from bot.cli import main
from sandbox.running import LocalWorkspace
from tests.conftest import PATIENCE, START, Clock
from tests.databases import folder
from tests.pages import settings_read
from tests.reading import words
from tests.test_packaging import SOURCE
from tests.test_seen_from_outside import DASHBOARD, free_port

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BY_HAND = ("docker ", "systemctl ", "journalctl ", "install ", "useradd ", "runuser ", "git ", "python3 -m ", "/opt/")
"""What a test cannot run as it stands: it takes a machine of its own."""

BY_OTHERS = ("env PGOPTIONS=", "pg_restore ")
"""What tests/test_backups.py runs."""


def typed_into_a_shell() -> list[str]:
    """Every command of the guide, in its order, without the files that are written by hand."""
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    lines = [
        line.strip()
        for block in blocks
        for line in re.sub(r"<<'(\w+)'\n.*?\n\1\n", "\n", block, flags=re.DOTALL).splitlines()
    ]
    return [line for line in lines if line and not re.match(r"[A-Z_]+=", line)]


def test_every_command_of_the_guide_is_run_by_a_test_or_known_to_be_run_by_hand() -> None:
    left = [line for line in typed_into_a_shell() if not line.startswith((*BY_HAND, *BY_OTHERS, "dealreview "))]
    assert left == []


def test_the_commands_of_the_guide_that_are_ours_work_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in typed_into_a_shell() if line.startswith("dealreview ")]
    assert [line.split()[1] for line in lines] == ["manifest", "backup", "restore"]
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with folder() as place:
        monkeypatch.chdir(place)
        assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
        for line in lines:
            if "restore" in line:
                for left in place.glob("dealreview.db*"):
                    left.unlink()
            done = CliRunner().invoke(main, line.split()[1:])
            assert done.exit_code == 0, (line, done.output)
        assert (place / "dealreview.db").exists()


@pytest.mark.parametrize("file", ["docs/operations.md", "deploy/dealreview.service", "deploy/Dockerfile"])
def test_every_command_of_the_bot_that_is_named_is_one(file: str) -> None:
    named = re.findall(
        r"(?:[`/ ]|\[\")dealreview\"?,? \"?([a-z]+)(?: ([a-z]+))?", (ROOT / file).read_text(encoding="utf-8")
    )
    known = {name: main.commands[name] for name, _ in named if name in main.commands}
    for name, more in named:
        if isinstance(group := known.get(name), Group) and more:
            assert group.get_command(Context(group), more), (name, more)
    assert known


def test_the_guide_names_only_settings_files_paths_and_numbers_that_there_are() -> None:
    settings = set(re.findall(r"\b((?:SLACK|DEALREVIEW|LENS)_[A-Z_]+)\b", GUIDE))
    assert settings <= settings_read() | {"DEALREVIEW_ADDRESS", "DEALREVIEW_REPLICAS"}  # the last two are the proxy's
    for path in re.findall(r"\]\(\.\./([^)#]+)\)|\b((?:deploy|docs|tests)/[\w./]+\w)", GUIDE):
        named = path[0] or path[1]
        assert named == "deploy/.env" or (ROOT / named).exists(), named
    dashboard = set(re.findall(r"dealreview_\w+", DASHBOARD.read_text(encoding="utf-8")))
    assert set(re.findall(r"dealreview_\w+", GUIDE)) <= dashboard
    served = {route.path for route in outside.routes(None)}  # type: ignore[arg-type]  # nobody asks it anything
    assert set(re.findall(r"`GET (/\w+)`", GUIDE)) == served


# What is in deploy/


def dockerfile() -> list[tuple[str, str]]:
    """The instructions, each with what it is told, on one line."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    return [(word, told) for word, _, told in (line.partition(" ") for line in text.splitlines() if line[:1].isupper())]


def test_the_image_is_made_of_what_the_wheel_is_made_of_by_versions_that_are_named() -> None:
    copied = {
        name for word, told in dockerfile() if word == "COPY" and "--from" not in told for name in told.split()[:-1]
    }
    assert {name.removeprefix("./") for name in copied} == set(SOURCE)
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_through == set(SOURCE)
    bases = {told.split()[0] for word, told in dockerfile() if word == "FROM"}
    images = {each["image"] for each in compose()["services"].values() if "build" not in each}
    assert all(re.fullmatch(r"[a-z]+:\d+(\.\d+)+(-[a-z-]+)?", each) for each in bases | images), bases | images


def test_the_image_runs_as_nobody_in_particular_and_looks_after_itself() -> None:
    told = dict(dockerfile())
    assert told["USER"] == "dealreview"
    assert json.loads(told["CMD"]) == ["dealreview", "serve"]
    _, _, check = told["HEALTHCHECK"].partition("CMD ")
    assert json.loads(check) == ["python", "-m", probe.__name__]
    assert "DEALREVIEW_METRICS_PORT=" in told["ENV"]
    words_of_it = [word for word, _ in dockerfile()]
    assert words_of_it.index("USER") < words_of_it.index("CMD")


@pytest.mark.parametrize(("version", "is_refused"), [((3, 41, 2), True), ((3, 42, 0), False)])
def test_an_image_with_an_old_sqlite_is_not_made(version: tuple[int, ...], is_refused: bool, tmp_path: Path) -> None:
    (check,) = [told for word, told in dockerfile() if word == "RUN" and "sqlite_version_info" in told]
    (tmp_path / "sqlite3.py").write_text(f"sqlite_version_info = {version}")
    done = subprocess.run(  # noqa: S602
        check.replace("python ", f"{sys.executable} ", 1),
        shell=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert bool(done.returncode) is is_refused
    assert ("3.42 is needed" in done.stderr) is is_refused


def compose() -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(
        (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    )
    return found


def test_the_two_replicas_of_the_compose_file_are_alike_and_told_only_what_there_is() -> None:
    services = compose()["services"]
    assert services["bot-1"] == services["bot-2"]
    environment = services["bot-1"]["environment"]
    assert isinstance(environment, dict)
    assert set(environment) <= settings_read()
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(re.findall(r"^   (\w+)=", GUIDE, re.MULTILINE)) - {
        "DEALREVIEW_ADDRESS"
    }
    replicas = set(re.findall(r"[\w-]+:3000", (DEPLOY / "Caddyfile").read_text(encoding="utf-8")))
    assert replicas == {f"{name}:{environment['PORT']}" for name in services if name.startswith("bot-")}


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("THE SYSTEMD UNIT WAS NOT VERIFIED: there is no systemd-analyze")
    unit = (DEPLOY / "dealreview.service").read_text(encoding="utf-8")
    there = tmp_path / "dealreview.service"
    there.write_text(unit.replace("/opt/dealreview/bin/dealreview", sys.executable))
    done = subprocess.run([analyze, "verify", there], capture_output=True, text=True, timeout=60)  # noqa: S603
    assert "dealreview.service" not in done.stderr, done.stderr
    assert set(re.findall(r"^Environment(?:File)?=([A-Z_]+)", unit, re.MULTILINE)) <= settings_read()


# Two replicas behind the proxy


@contextmanager
def process(*command: str | Path, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def is_ready(port: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("DEALREVIEW_METRICS_PORT", str(port))
    return probe.main("/readyz") == 0


def test_two_replicas_behind_the_proxy_hold_a_review_though_one_of_them_is_killed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("THE PROXY WAS NOT TRIED: there is no caddy")
    address, ports, clock = free_port(), [free_port(), free_port()], Clock(START)
    with (
        LocalWorkspace(
            manifest.socket_mode(), clock=clock, retry_delays=(0, 0.5, 1), ack_seconds=PATIENCE
        ) as workspace,
        ExitStack() as stay,
    ):
        env = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "DATABASE_URL": postgres_url,
            "DEALREVIEW_BURST_SECONDS": "0",
        }
        serve = (sys.executable, "-c", "from bot.cli import main; main()", "serve")
        replicas = [stay.enter_context(process(*serve, **env, PORT=str(port))) for port in ports]
        workspace.wait_until(lambda: all(is_ready(port, monkeypatch) for port in ports), timeout=60)
        told = {
            "DEALREVIEW_ADDRESS": f"http://127.0.0.1:{address}",
            "DEALREVIEW_REPLICAS": " ".join(f"127.0.0.1:{port}" for port in ports),
        }
        run = (caddy, "run", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
        stay.enter_context(process(*run, **told))
        time.sleep(3)  # until it has asked each of them once
        workspace.deliver_by_http(f"http://127.0.0.1:{address}/slack/events")
        workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
        (parent,) = workspace.wait_until(lambda: workspace.messages("#deals"), timeout=30)
        is_asked(workspace, parent["ts"], 1)
        replicas[0].send_signal(signal.SIGKILL)
        for question in (2, 3):
            workspace.message("lena", "#deals", "Ruth said: 'We can't do another audit on spreadsheets'.", parent["ts"])
            is_asked(workspace, parent["ts"], question)
        said = [words(each) for each in workspace.messages("#deals", parent["ts"])]
        assert [sum(f"*{question} of 9*" in each for each in said) for question in (1, 2, 3)] == [1, 1, 1]


def is_asked(workspace: LocalWorkspace, thread: str, question: int) -> None:
    """Wait until the bot asks a question in a thread."""

    def said() -> bool:
        return any(f"*{question} of 9*" in words(each) for each in workspace.messages("#deals", thread))

    workspace.wait_until(said, timeout=30)
