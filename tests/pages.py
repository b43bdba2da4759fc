"""The documents as data: their headings, links, tables, what is set in type, and what stands in fences."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page in Markdown, as it stands in a file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its path from the top of the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """What is read, without what stands in fences."""
        return _COMMENT.sub("", _FENCE.sub("", self.text))

    def fenced(self, language: str) -> list[str]:
        """What stands in fences of a language; an empty one is a shell's or a file's."""
        return [block for found, block in _FENCE.findall(self.text) if found == language]

    @property
    def typed(self) -> list[str]:
        """Everything that the prose sets in type."""
        return re.findall(r"`([^`\n]+)`", self.prose)

    @property
    def called(self) -> list[str]:
        """What is called by its name, as a button is: everything in italics that begins with a capital or a number."""
        return re.findall(r"(?<!\*)\*([A-Z\d][^*\n]*)\*(?!\*)", self.prose)

    @property
    def shell(self) -> list[str]:
        """The lines for a shell, without the files that are written there by hand; no variable is set in them."""
        lines = []
        for block in self.fenced(""):
            without_files = re.sub(r"<<'(\w+)'\n.*?\n\s*\1\n", "\n", block, flags=re.DOTALL)
            lines += [line.strip() for line in without_files.splitlines()]
        return [line for line in lines if line and not re.match(r"[A-Z_]+=|#", line)]

    @property
    def links(self) -> list[str]:
        """What its links and pictures point to."""
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    @property
    def anchors(self) -> set[str]:
        """What a link may name after the `#`: its headings as GitHub makes them."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}

    def section(self, heading: str) -> str:
        """The text under a heading, up to the next one."""
        (found,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", self.text, re.MULTILINE | re.DOTALL)
        return str(found)

    @property
    def sentences(self) -> list[str]:
        """The sentences of its paragraphs and lists, tables and headings left out, each on one line."""
        paragraphs = re.split(r"\n\s*\n|^\s*(?:[-*]|\d+\.) ", self.prose, flags=re.MULTILINE)
        plain = [" ".join(each.split()) for each in paragraphs if not re.match(r"\s*[|#]", each)]
        return [each.strip() for paragraph in plain for each in re.split(r"(?<=[.?:;]) ", paragraph) if each.strip()]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads; a cell is what it says, without space around it."""
    found = []
    for table in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
        found += lines[2:]
    return found


def page(name: str) -> Page:
    """A page by its path from the top of the project."""
    return Page(ROOT / name, (ROOT / name).read_text(encoding="utf-8"))


@cache
def all_pages() -> tuple[Page, ...]:
    """The README and every page of docs/."""
    return tuple(page(path.relative_to(ROOT).as_posix()) for path in (README, *sorted(DOCS.rglob("*.md"))))


def settings_read() -> set[str]:
    """Every setting that bot/settings.py names."""
    tree = ast.parse((ROOT / "bot" / "settings.py").read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {each for each in strings if re.fullmatch(r"(SLACK|DEALREVIEW|LENS|OTEL)_[A-Z_]+|PORT|DATABASE_URL", each)}
