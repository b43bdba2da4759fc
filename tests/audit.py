"""`python -m tests.audit`: ask whether a version we depend on is known to be unsafe, where that can be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SECONDS = 120
CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
COMMAND = (
    sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), "--no-deps", "--disable-pip",
    "--progress-spinner", "off", "--timeout", "10", "--format", "json",
)  # fmt: skip


def main(command: tuple[str, ...] = COMMAND, seconds: float = SECONDS) -> int:
    """0 if no version is known to be unsafe or nobody could be asked, which is said aloud; else 1.

    A database that cannot be reached looks, behind some proxies, like one that knows none of the packages.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)  # noqa: S603
        asked = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return _skipped(f"no answer in {seconds:g} seconds")
    except (ValueError, KeyError):
        return _skipped((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1][:200])
    known = [each for each in asked if "vulns" in each]
    if not known:
        return _skipped(f"of {len(asked)} packages it knows none")
    unsafe = [(each, problem) for each in known for problem in each["vulns"]]
    for each, problem in unsafe:
        better = ", ".join(problem.get("fix_versions") or ()) or "no version yet"
        print(f"{each['name']} {each['version']}: {problem['id']}; mended in {better}")
    print(f"{len(known)} of {len(asked)} packages audited, {len(unsafe)} problems known.")
    return 1 if unsafe else 0


def _skipped(why: str) -> int:
    print(f"!!! THE DEPENDENCIES WERE NOT AUDITED: the database of known problems did not answer ({why}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
