"""What the version before is asked by the drill, in a process of its own that runs on its code.

`python -m tests.drill.former stock URL CALLS DEALS SEED` makes an empty database and the deals that are to be opened;
`python -m tests.drill.former words URL` tells in which words it would say what is decided, as JSON by row.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from jinja2 import TemplateError
from slack_sdk import WebClient
from sqlalchemy import select

from bot.directory import Directory
from bot.speaker import Speaker
from flows.utterances import ON, Utterance
from sandbox.people import TEAM_ID
from storage.database import Database
from storage.models import MessageRow
from storage.tenancy import at_work_for
from tests.drill.batches import make_deals, prepared
from tests.former import ROOT, former_version


def fetch(place: Path) -> bool:
    """Write the version before into a folder, if it is to be had; its tests only if they know how to ask it."""
    if not former_version(place, ("tests", "sandbox")):
        return False
    if not (place / "tests" / "drill" / "former.py").exists():
        shutil.rmtree(place / "tests")
    return True


def ask(code: Path, *question: str) -> str:
    """Have the code in a folder answer: asked by its own tests if it has any, else by these."""
    done = subprocess.run(  # noqa: S603
        (sys.executable, "-m", "tests.drill.former", *question),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (code, ROOT)))},
        cwd=code,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"the version before could not answer: {done.stderr[-3000:]}")
    return done.stdout


def words_of(code: Path, url: str) -> dict[int, str]:
    """How the code in a folder says what is decided, by the ids of the rows."""
    return {int(row): text for row, text in json.loads(ask(code, "words", url)).items()}


def stock(url: str, calls: str, deals: str, seed: str) -> None:
    database = Database(url)
    database.upgrade()
    make_deals(database, prepared(int(calls), int(deals), int(seed)))
    database.close()


def words(url: str) -> None:
    """What it cannot put into words is left out."""
    database = Database(url)
    speaker = Speaker(WebClient(), Directory(WebClient(), database, home=str))
    told = {}
    with at_work_for(TEAM_ID), database.transaction() as session:
        rows = [row for row in session.scalars(select(MessageRow)) if not row.slot.startswith(ON)]
    for row in rows:
        try:
            with at_work_for(TEAM_ID):
                told[row.id] = speaker.render(TEAM_ID, Utterance(row.name, row.context)).text
        except (TemplateError, LookupError):
            continue
    database.close()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    {"stock": stock, "words": words}[sys.argv[1]](*sys.argv[2:])
