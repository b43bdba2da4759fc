"""The tour of the local workspace: tour.yml, with what only the bot knows filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from flows.playbook import STANDARD

TOUR = Path(__file__).with_suffix(".yml")


def tour() -> dict[str, Any]:
    """The tour as the local workspace takes it; see sandbox/PROTOCOL.md."""
    told: dict[str, Any] = yaml.safe_load(TOUR.read_text(encoding="utf-8"))
    for step in told["steps"]:
        step["seen"]["says"] = step["seen"]["says"].replace("{probes}", _probes())
    return told


def _probes() -> str:
    """Matches whatever the bot may ask once more after an answer about us, of any customer, and nothing else."""
    angles = [angle for question in STANDARD.questions for angle in question.angles]
    return "|".join(r"^" + re.sub(r"\\\{\w+\\\}", ".+", re.escape(angle)) for angle in angles)
