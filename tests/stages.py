"""The demo as a newcomer finds it: its scene is set once, and each test goes on from a copy of what was kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo import Stage, open_stage, set_scene
from tests.conftest import morning


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo keeps once its scene is set. Setting it takes a while."""
    folder = tmp_path_factory.mktemp("scene")
    with open_stage(0, folder, morning) as stage:
        set_scene(stage)
    return folder


@pytest.fixture
def stage(scene: Path, tmp_path: Path) -> Iterator[Stage]:
    """A demo that has been stopped since its scene was set, and started again."""
    with open_stage(0, Path(shutil.copytree(scene, tmp_path / "kept")), morning) as opened:
        set_scene(opened)
        yield opened
