"""The version before this one: the code as it was before the latest migration, from git."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from storage.database import MIGRATIONS
from storage.revisions import head

ROOT = Path(__file__).parent.parent
PARTS = ("bot", "flows", "storage", "templates", "manifest.yml")
NOT_TRIED = "NO UPGRADE WAS TRIED: the code from before the latest migration is not to be had here"


def former_version(place: Path, more: tuple[str, ...] = ()) -> bool:
    """Write the code from before the latest migration into a folder, with `more` beside the parts of the bot.

    Returns False, and writes nothing, where there is no git or no history.
    """
    (latest,) = MIGRATIONS.glob(f"versions/{head()}_*.py")
    added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(latest)).decode().strip()
    packed = git("archive", f"{added}^", *PARTS, *more) if added else b""
    if packed:
        with tarfile.open(fileobj=io.BytesIO(packed)) as opened:
            opened.extractall(place, filter="data")
    return bool(packed)


def git(*command: str) -> bytes:
    """What git says, or nothing where there is no git or no history."""
    done = subprocess.run((shutil.which("git") or "false", *command), cwd=ROOT, capture_output=True, timeout=60)  # noqa: S603
    return done.stdout if done.returncode == 0 else b""
