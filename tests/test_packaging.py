"""What we hand out: a wheel that runs from anywhere, and what is in deploy/ agrees with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot import manifest
from tests.databases import folder

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PACKAGES = ("bot", "flows", "sandbox", "storage", "templates")
SOURCE = ("pyproject.toml", "constraints.txt", "README.md", "manifest.yml", *PACKAGES)
NOT_FOR_USE = re.compile(r"flows/lens/(corpus/|training/.*\.md|REPORT)|sandbox/\w+\.md|\.pyc$|__pycache__")
"""Files beside the code that nobody needs who runs it: what the lens was trained on, and what is told of it."""


def run(*command: str | Path, cwd: Path, given: str = "", **env: str) -> str:
    """Run a command without what this process was told about where the code is; returns what it says."""
    told = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATABASE_URL")}
    done = subprocess.run(  # noqa: S603
        command, cwd=cwd, env={**told, **env}, input=given, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel() -> Iterator[Path]:
    """The wheel, made of a copy of what the Dockerfile copies."""
    with folder() as place:
        for name in SOURCE:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place / name)
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
        run(*pip, "--wheel-dir", place / "made", place, cwd=place)
        (made,) = (place / "made").glob("dealreview-*.whl")
        yield made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """The `dealreview` of an environment that has the wheel, and borrows from this one what it depends on."""
    with folder() as place:
        run(sys.executable, "-m", "venv", "--without-pip", place / "env", cwd=place)
        python = place / "env" / "bin" / "python"
        (packages,) = (place / "env").glob("lib/*/site-packages")
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
        run(
            *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel),
            cwd=place,
        )
        yield place / "env" / "bin" / "dealreview"


def test_every_file_that_the_code_needs_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        packed = set(opened.namelist())
    there = {
        path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file()
    }
    assert {each for each in there - packed if not NOT_FOR_USE.search(each)} == set()
    assert not any(name.startswith(("tests/", "docs/")) for name in packed)


def test_the_wheel_runs_from_a_folder_that_knows_nothing_of_us(installed: Path, tmp_path: Path) -> None:
    assert yaml.safe_load(run(installed, "manifest", cwd=tmp_path)) == manifest.socket_mode()
    asked = json.dumps({"id": "1", "question": "change", "text": "Ruth said they cannot do another audit by hand."})
    (read,) = run(installed, "lens", cwd=tmp_path, given=asked).splitlines()
    assert json.loads(read)["id"] == "1"
    assert run(installed, "db", "upgrade", cwd=tmp_path) == "The database sqlite:///dealreview.db is up to date.\n"
    with sqlite3.connect(tmp_path / "dealreview.db") as connection:
        assert connection.execute("SELECT count(*) FROM review").fetchone() == (0,)
    connection.close()


def test_the_words_are_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = (
        "from bot.speaker import Speaker; from flows import utterances as say; import bot;"
        "print(bot.__file__); print(Speaker(None, None).render('T0LOCAL', say.went_wrong('abc')).text)"
    )
    where, said = run(installed.with_name("python"), "-c", script, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(installed.parent.parent)
    assert "abc" in said
