"""The fidelity ledger tells the truth: every test it names is here, every method it lists is served."""

import ast
import re
from pathlib import Path

import sandbox
from sandbox.slack_door import OF_THE_APP
from sandbox.web_api import METHODS

LEDGER = (Path(sandbox.__file__).parent / "FIDELITY.md").read_text(encoding="utf-8")


def written_tests() -> set[str]:
    return {
        node.name
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_test_the_ledger_names_is_here():
    named = set(re.findall(r"`(test_\w+)`", LEDGER))
    assert named
    assert named <= written_tests()


def test_the_ledger_lists_the_methods_that_are_served():
    listed = set(re.findall(r"`([a-z]+(?:\.[a-zA-Z0-9]+)+)`", LEDGER.split("## Methods")[1].split("##")[0]))
    assert listed == set(METHODS) | OF_THE_APP


def test_the_workspace_imports_nothing_of_ours():
    for file in Path(sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & {"bot", "flows", "storage", "slack_sdk"}
