"""An upgrade while people answer: the version before works on the tables of this one, and nothing is lost."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot import manifest
from sandbox.running import LocalWorkspace
from storage.database import MIGRATIONS, Database
from storage.reviews import Reviews
from storage.revisions import Shape, head, shape_of
from tests.conftest import START, TEAM, Clock
from tests.databases import folder, made_on
from tests.test_operations import is_asked

ROOT = Path(__file__).parent.parent
PARTS = ("bot", "flows", "storage", "templates", "manifest.yml")
ANSWERS = (
    "Revised quote is out.",
    "Ruth said: 'We can't do another audit on spreadsheets'.",
    "Their auditor leaves in May, and nobody else knows the sheets.",
    "They told us they want to close the books in three days.",
)


def git(*command: str) -> bytes:
    """What git says, or nothing where there is no git or no history."""
    done = subprocess.run((shutil.which("git") or "false", *command), cwd=ROOT, capture_output=True, timeout=60)  # noqa: S603
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture
def before() -> Iterator[Path]:
    """The code as it was before the latest migration."""
    (latest,) = MIGRATIONS.glob(f"versions/{head()}_*.py")
    added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(latest)).decode().strip()
    packed = git("archive", f"{added}^", *PARTS) if added else b""
    if not packed:
        pytest.skip("NO UPGRADE WAS TRIED: the code from before the latest migration is not to be had here")
    with folder() as place:
        with tarfile.open(fileobj=io.BytesIO(packed)) as opened:
            opened.extractall(place, filter="data")
        yield place


@pytest.fixture
def old_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing in it at all, of the kind this run is about."""
    if request.config.getoption("--on") == "postgres":
        with made_on(request.getfixturevalue("postgres_server")) as url:
            yield url
    else:
        with folder() as place:
            yield f"sqlite:///{place}/dealreview.db"


@contextmanager
def serving(code: Path, workspace: LocalWorkspace, url: str) -> Iterator[None]:
    """A process of the bot, of some version."""
    env = {
        "PYTHONPATH": str(code),
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "DATABASE_URL": url,
        "DEALREVIEW_BURST_SECONDS": "0",
        "DEALREVIEW_PACE_SECONDS": "0",
    }
    serve = (sys.executable, "-c", "from bot.cli import main; main()", "serve")
    with (code / "log").open("ab") as log:
        process = subprocess.Popen(serve, cwd=code, env={**os.environ, **env}, stdout=log, stderr=log)  # noqa: S603
    try:
        workspace.wait_until(lambda: workspace.connected or process.poll() is not None, timeout=60)
        assert process.poll() is None, (code / "log").read_text()
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0, (code / "log").read_text()


def test_the_version_before_goes_on_while_the_tables_are_those_of_this_version_and_this_one_takes_over(
    before: Path, old_url: str
) -> None:
    database, url = Database(old_url), make_url(old_url).render_as_string(hide_password=False)
    with LocalWorkspace(manifest.socket_mode(), clock=Clock(START), retry_delays=(0, 0.5, 1)) as workspace:
        with serving(before, workspace, url):
            assert shape_of(database) is Shape.OLDER
            workspace.command("maya", "#deals", "/dealreview", "Northwind @lena")
            (parent,) = workspace.wait_until(lambda: workspace.messages("#deals"), timeout=20)
            thread = parent["ts"]
            is_asked(workspace, thread, 1)
            said = [workspace.message("lena", "#deals", ANSWERS[0], thread)]
            database.upgrade()
            assert shape_of(database) is Shape.SAME
            is_asked(workspace, thread, 2)
            for number, answer in enumerate(ANSWERS[1:3], start=3):
                said.append(workspace.message("lena", "#deals", answer, thread))
                is_asked(workspace, thread, number)
        said.append(workspace.message("lena", "#deals", ANSWERS[3], thread))
        with folder() as place:
            (place / "now").mkdir()
            for part in PARTS:
                (place / "now" / part).symlink_to(ROOT / part)
            with serving(place / "now", workspace, url):
                workspace.redeliver("#deals", said[3])
                is_asked(workspace, thread, 5)
    with database.transaction() as session:
        answers = Reviews(session, TEAM).get(1).answers.values()
        kept = [reply.message_ts for answer in answers for reply in answer.replies]
    database.close()
    assert sorted(kept) == sorted(said)
