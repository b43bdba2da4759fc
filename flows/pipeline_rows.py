"""A row of a pipeline file, read: a deal as it says, or why it cannot be taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from flows.deal import LONGEST_NAME, Ending
from flows.pipeline import Ground, Rejection, Row
from flows.pipeline_headers import Columns, Field
from flows.pipeline_stages import ending_of, is_open, stage_of
from flows.pipeline_values import Order, read_amount, read_day

LONGEST_CELL = 131_072
"""In characters: as much as Python's reader of CSV takes unless told otherwise, and more than any system writes."""
FEW = 2
"""Columns: where there are more, a row of one cell is a remark below the table, such as a report's footer."""
LONGEST_PERIOD = 40
LONGEST_SHOWN = 60
DELETED = "deleted"
"""A status of Pipedrive's."""
NOBODY = ("no owner", "unassigned", "none")
"""How systems write that a deal is nobody's."""

FORMULA = "=+-@\t\r\n＝＋－＠"
"""What begins a formula in a spreadsheet, also in the full width of East Asian type (OWASP, *CSV Injection*)."""

_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_USER = re.compile(r"[UW][A-Z0-9]{2,}")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguarded` gives it back as it was."""
    return "'" + cell if cell.lstrip("'").startswith(tuple(FORMULA)) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(tuple(FORMULA)) else cell


def read_row(line: int, cells: Sequence[str], columns: Columns, order: Order) -> Row | Rejection:
    """Read a row that begins in a line of its file (from 1)."""
    if (longest := max(map(len, cells), default=0)) > LONGEST_CELL:
        return Rejection(Ground.LONG_CELL, f"{longest:,}")
    if len(cells) > columns.width and any(cell.strip() for cell in cells[columns.width :]):
        return Rejection(Ground.MORE_CELLS, str(len(cells)))
    if len(cells) == 1 and columns.width > FEW:
        return Rejection(Ground.ONE_CELL)
    told = {field: _tidy(unguarded(columns.cell(cells, field))) for field in Field}
    if any("\0" in cell or "\N{REPLACEMENT CHARACTER}" in cell for cell in told.values()):
        return Rejection(Ground.ODD_SIGNS)
    if told[Field.PRIVATE]:
        return Rejection(Ground.PRIVATE)
    if told[Field.STATUS].casefold() == DELETED:
        return Rejection(Ground.DELETED)
    name = told[Field.NAME]
    if not 0 < len(name) <= LONGEST_NAME:
        return Rejection(Ground.LONG_NAME if name else Ground.NO_NAME, str(len(name)) if name else "")
    day = read_day(told[Field.CLOSE_DATE], order)
    if told[Field.CLOSE_DATE] and day is None:
        return Rejection(Ground.NO_DATE, told[Field.CLOSE_DATE][:LONGEST_SHOWN])
    worth = read_amount(told[Field.AMOUNT])
    if told[Field.AMOUNT] and worth is None:
        return Rejection(Ground.NO_AMOUNT, told[Field.AMOUNT][:LONGEST_SHOWN])
    currency = _currency(told[Field.CURRENCY], worth[1] if worth else "", columns.currency)
    if currency is None:
        return Rejection(Ground.NO_CURRENCY, told[Field.CURRENCY][:LONGEST_SHOWN])
    user, email, owner = _owner(told)
    ending = _ending(told)
    stage = stage_of(told[Field.STAGE])
    is_stage = not stage and not ending_of(told[Field.STAGE])
    return Row(
        line,
        name,
        user,
        email,
        owner,
        stage,
        told[Field.STAGE][:LONGEST_SHOWN] if is_stage else "",
        ending,
        ending is None and (is_open(told[Field.STATUS]) or is_open(told[Field.STAGE])),
        day,
        worth[0] if worth else None,
        currency,
        told[Field.PERIOD][:LONGEST_PERIOD],
    )


def _tidy(cell: str) -> str:
    """A cell with single spaces and without what no person types, but for what shows that it is no text."""
    spaced = " ".join(cell.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced
    typed = (sign for sign in spaced if sign == "\0" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(typed).split())  # what was between two spaces may be gone


def _currency(told: str, beside: str, in_header: str) -> str | None:
    """The currency of an amount, empty if nobody told, None if it is no code such as EUR."""
    if told and not re.fullmatch(r"[A-Za-z]{3}", told):
        return None
    return told.upper() or beside or in_header


def _owner(told: dict[Field, str]) -> tuple[str, str, str]:
    """The owner's Slack id, e-mail address and name, as far as told. Some systems write an address with the name."""
    user = told[Field.USER] if _USER.fullmatch(told[Field.USER]) else ""
    email = _EMAIL.search(told[Field.EMAIL]) or _EMAIL.search(told[Field.OWNER])
    owner = "" if email or told[Field.OWNER].casefold() in NOBODY else told[Field.OWNER]
    return user, email[0].casefold() if email else "", owner


def _ending(told: dict[Field, str]) -> Ending | None:
    reason = told[Field.REASON]
    for field in (Field.STATUS, Field.STAGE):
        if ending := ending_of(told[field], reason):
            return ending
    if _is_yes(told[Field.WON]):
        return Ending.WON
    return ending_of("lost", reason) if _is_yes(told[Field.CLOSED]) and told[Field.WON] else None


def _is_yes(told: str) -> bool:
    return told.casefold() in ("true", "yes", "1", "y")
