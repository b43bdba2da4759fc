"""The rules by which a pipeline file is read: headers, stages, days, amounts, rows, encodings."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from bot.pipeline.rejects import Rejects, Seen
from bot.pipeline.sheet import Trouble, Unreadable, survey
from flows.deal import LONGEST_NAME, Deal, Ending, Stage
from flows.pipeline import FIELDS, Ground, Rejection, Report, Row, changed, differences
from flows.pipeline_headers import Field, columns
from flows.pipeline_rows import LONGEST_CELL, guarded, read_row, unguarded
from flows.pipeline_stages import STAGES, ending_of, is_open, stage_of
from flows.pipeline_values import Dates, Order, read_amount, read_day

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DEAL = Deal(1, "T1", "", "Northwind", "U1", Stage.EXPLORING, date(2027, 1, 1), "board", date(2026, 12, 1), "Q4")

# Headers, as the systems export them

SALESFORCE_REPORT = (
    "Opportunity Name,Account Name,Opportunity Owner,Owner Role,Stage,Fiscal Period,Amount Currency,Amount,"
    "Probability (%),Age,Close Date,Created Date,Next Step,Lead Source,Type"
)
SALESFORCE_LOADER = (
    '"ID","NAME","STAGENAME","AMOUNT","CLOSEDATE","OWNERID","OWNER.EMAIL","CURRENCYISOCODE","ISCLOSED","ISWON"'
)
HUBSPOT = (
    "Record ID,Deal Name,Pipeline,Deal Stage,Close Date,Deal owner,Amount,Amount in company currency,Currency,"
    "Closed Lost Reason,Forecast category"
)
PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Organization,Deal - Owner,Deal - Stage,Deal - Status,Deal - Value,"
    "Deal - Currency of value,Deal - Expected close date,Deal - Lost reason"
)


def found(header: str) -> dict[str, str]:
    cells = next(csv.reader([header]))
    return {str(field): cells[place] for field, place in columns(cells).places.items()}


def test_the_columns_of_a_salesforce_report() -> None:
    assert columns(SALESFORCE_REPORT.split(",")).system == "Salesforce"
    assert found(SALESFORCE_REPORT) == {
        "name": "Opportunity Name", "owner": "Opportunity Owner", "stage": "Stage", "period": "Fiscal Period",
        "currency": "Amount Currency", "amount": "Amount", "close_date": "Close Date",
    }  # fmt: skip


def test_the_columns_of_salesforces_data_loader() -> None:
    assert found(SALESFORCE_LOADER) == {
        "name": "NAME", "stage": "STAGENAME", "amount": "AMOUNT", "close_date": "CLOSEDATE", "email": "OWNER.EMAIL",
        "currency": "CURRENCYISOCODE", "closed": "ISCLOSED", "won": "ISWON",
    }  # fmt: skip


def test_the_columns_of_hubspot() -> None:
    assert columns(HUBSPOT.split(",")).system == "HubSpot"
    assert found(HUBSPOT) == {
        "name": "Deal Name", "stage": "Deal Stage", "close_date": "Close Date", "owner": "Deal owner",
        "amount": "Amount", "currency": "Currency", "reason": "Closed Lost Reason",
    }  # fmt: skip


def test_the_columns_of_pipedrive() -> None:
    assert columns(PIPEDRIVE.split(",")).system == "Pipedrive"
    assert found(PIPEDRIVE) == {
        "name": "Deal - Title", "owner": "Deal - Owner", "stage": "Deal - Stage", "status": "Deal - Status",
        "amount": "Deal - Value", "currency": "Deal - Currency of value", "close_date": "Deal - Expected close date",
        "reason": "Deal - Lost reason",
    }  # fmt: skip


def test_sensible_headers_of_a_spreadsheet() -> None:
    header = ["Deal name*", " OWNER  e-mail", "Stage", "Close Date", "Amount (EUR)", "Forecast period", "Comment"]
    assert set(columns(header).places) == {
        Field.NAME, Field.EMAIL, Field.STAGE, Field.CLOSE_DATE, Field.AMOUNT, Field.PERIOD,
    }  # fmt: skip
    assert columns(header).currency == "EUR"
    assert columns(["Colour", "Size"]).places == {}


# Stages


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        ("Prospecting", Stage.EXPLORING), ("qualifiedtobuy", Stage.EXPLORING), ("Lead In", Stage.EXPLORING),
        ("presentationscheduled", Stage.COMPARING), ("Demo Scheduled", Stage.COMPARING),
        ("Proposal", Stage.DECIDING), ("Proposal/Price Quote", Stage.DECIDING), ("3 - Proposal", Stage.DECIDING),
        ("decisionmakerboughtin", Stage.DECIDING), ("Decision Maker Bought-In (Sales Pipeline)", Stage.DECIDING),
        ("contractsent", Stage.SIGNING), ("  Negotiation/Review ", Stage.SIGNING), ("04. Negotiating", Stage.SIGNING),
        ("Closed Won", None), ("Waiting for Godot", None), ("", None),
    ],
)  # fmt: skip
def test_a_stage_is_ours_where_that_is_plain(told: str, stage: Stage | None) -> None:
    assert stage_of(told) is stage


def test_our_own_stages_are_ours_and_no_name_means_two() -> None:
    assert [stage_of(stage) for stage in Stage] == list(Stage)
    names = [name for group in STAGES.values() for name in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("told", "reason", "ending"),
    [
        ("Closed Won", "", Ending.WON), ("closedwon", "", Ending.WON), ("Won", "", Ending.WON),
        ("Closed Lost", "Competitor", Ending.LOST), ("lost", "", Ending.LOST),
        ("Closed Lost", "No Decision / Non-Responsive", Ending.NO_DECISION),
        ("Lost", "no_decision", Ending.NO_DECISION),
        ("closedlost", "stayed with the status quo", Ending.NO_DECISION), ("no_decision", "", Ending.NO_DECISION),
        ("Closed Lost", "Had no decision maker", Ending.LOST),
        ("Proposal", "No decision", None), ("open", "", None), ("", "", None),
    ],
)  # fmt: skip
def test_how_a_deal_ended(told: str, reason: str, ending: Ending | None) -> None:
    assert ending_of(told, reason) is ending
    assert [ending_of(each) for each in Ending] == list(Ending)
    assert is_open("Open")
    assert is_open("Proposal")
    assert not is_open("Closed Won")


# Days and amounts


def test_one_day_after_the_twelfth_settles_the_order_of_all() -> None:
    def order(*told: str) -> Order | None:
        dates = Dates()
        for each in told:
            dates.see(each)
        return dates.order

    assert order("04/12/2026", "13/01/2027") is Order.EU
    assert order("04/12/2026", "01/13/2027 10:00") is Order.US
    assert order("04/12/2026", "05/11/2026") is None
    assert order("13/01/2027", "01/13/2027") is None
    assert order("2026-12-04", "04.12.2026", "11/11/2026", "") is Order.EU
    assert order() is Order.EU


@pytest.mark.parametrize(
    ("told", "us", "eu"),
    [
        ("2026-12-04", "2026-12-04", "2026-12-04"),
        ("2026-12-04 00:00:00", "2026-12-04", "2026-12-04"),
        ("2026-12-04T23:59:59.000Z", "2026-12-04", "2026-12-04"),
        ("2026/12/04", "2026-12-04", "2026-12-04"),
        ("04/12/2026", "2026-04-12", "2026-12-04"),
        ("04-12-26", "2026-04-12", "2026-12-04"),
        ("4/12/2026, 3:15 PM", "2026-04-12", "2026-12-04"),
        ("04.12.2026", "2026-12-04", "2026-12-04"),
        ("4 Dec 2026", "2026-12-04", "2026-12-04"),
        ("December 4, 2026", "2026-12-04", "2026-12-04"),
        ("31/02/2026", None, None),
        ("30.02.2026", None, None),
        ("soon", None, None),
        ("Dec 2026", None, None),
        ("20261204", None, None),
        ("", None, None),
    ],
)
def test_days_as_people_write_them(told: str, us: str | None, eu: str | None) -> None:
    read = [read_day(told, order) for order in (Order.US, Order.EU)]
    assert [day and day.isoformat() for day in read] == [us, eu]


@given(some.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_as_it_was_written(day: date) -> None:
    assert read_day(f"{day:%m/%d/%Y}", Order.US) == day
    assert read_day(f"{day:%d/%m/%Y}", Order.EU) == day
    assert read_day(f"{day:%d.%m.%Y}", Order.US) == day
    assert read_day(f"{day:%d %b %Y}", Order.US) == day
    assert read_day(day.isoformat(), Order.EU) == day


@pytest.mark.parametrize(
    ("told", "amount", "currency"),
    [
        ("1,234.56", "1234.56", ""), ("1.234,56 €", "1234.56", "EUR"), ("$12k", "12000", "USD"), ("1234", "1234", ""),
        ("1 234,56", "1234.56", ""), ("1\N{NO-BREAK SPACE}234,5\N{NO-BREAK SPACE}€", "1234.50", "EUR"),
        ("CHF 1’234.50", "1234.50", "CHF"), ("2.5m", "2500000", ""), ("1.234", "1234", ""), ("1,234", "1234", ""),
        ("0.125", "0.12", ""), ("1.234.567", "1234567", ""), ("USD 1.5m", "1500000", "USD"), ("12 kr", "12", ""),
        ("£0", "0", "GBP"), ("1234.5678", "1234.57", ""),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(told: str, amount: str, currency: str) -> None:
    assert read_amount(told) == (Decimal(amount), currency)


@pytest.mark.parametrize("told", ["-5", "(5)", "n/a", "1,23,4", "1.2.3", "=1+1", "12 euros", "€ 5 USD", "9" * 17, "5%"])
def test_what_is_no_amount(told: str) -> None:
    assert read_amount(told) is None


@given(some.decimals(0, 10**12, places=2), some.sampled_from([",.", ".,", " ,", "'."]))
def test_every_amount_is_read_as_it_was_written(amount: Decimal, marks: str) -> None:
    written = f"{amount:,.2f}".replace(",", "t").replace(".", marks[1]).replace("t", marks[0])
    assert read_amount(written) == (amount, "")


# Cells that would be formulas


@given(some.text("=+-@\t\r\n＝＋－＠'ab1", max_size=6))
def test_a_guarded_cell_starts_no_formula_and_is_given_back_as_it_was(cell: str) -> None:
    assert guarded(cell)[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert unguarded(guarded(cell)) == cell


# Rows

HEADER = columns(["name", "owner email", "owner", "stage", "close date", "amount", "currency", "period"])


def row(*cells: str, **named: str) -> Row | Rejection:
    told = dict.fromkeys(("name", "email", "owner", "stage", "close_date", "amount", "currency", "period"), "")
    return read_row(2, list(cells) or list({**told, "name": "Northwind", **named}.values()), HEADER, Order.EU)


def test_a_row_is_tidied() -> None:
    read = row(
        "  North \N{NO-BREAK SPACE} wind\u200b ", "LENA@Example.com", "", "Proposal", "04/12/2026", "1,5", "eur", "Q4"
    )
    assert read == Row(
        2, "North wind", "", "lena@example.com", "", Stage.DECIDING, "", None, True, date(2026, 12, 4), Decimal("1.5"),
        "EUR", "Q4",
    )  # fmt: skip


def test_an_address_may_stand_with_the_name() -> None:
    read = row(owner="Lena Brandt (lena@example.com)")
    assert isinstance(read, Row)
    assert (read.email, read.owner) == ("lena@example.com", "")


@pytest.mark.parametrize(
    ("cells", "rejected"),
    [
        ({"name": " "}, Rejection(Ground.NO_NAME)),
        ({"name": "x" * 121}, Rejection(Ground.LONG_NAME, "121")),
        ({"name": "x", "period": "y" * (LONGEST_CELL + 1)}, Rejection(Ground.LONG_CELL, "131,073")),
        ({"name": "North\0wind"}, Rejection(Ground.ODD_SIGNS)),
        ({"close_date": "someday"}, Rejection(Ground.NO_DATE, "someday")),
        ({"amount": "a lot"}, Rejection(Ground.NO_AMOUNT, "a lot")),
        ({"amount": "5", "currency": "dollars"}, Rejection(Ground.NO_CURRENCY, "dollars")),
    ],
)
def test_a_row_that_will_not_do_says_why(cells: dict[str, str], rejected: Rejection) -> None:
    assert row(**cells) == rejected


def test_a_deal_that_was_deleted_or_is_nobodys() -> None:
    header = columns(["Deal - Title", "Deal - Owner", "Deal - Status"])
    assert read_row(2, ["Kite", "Omar", "Deleted"], header, Order.EU) == Rejection(Ground.DELETED)
    read = read_row(2, ["Kite", "No owner", "Open"], header, Order.EU)
    assert isinstance(read, Row)
    assert read.owner == ""


def test_a_row_that_is_not_as_wide_as_the_header() -> None:
    assert row("Northwind") == Rejection(Ground.ONE_CELL)
    assert row("Grand Totals (12 records)") == Rejection(Ground.ONE_CELL)
    assert isinstance(row("Northwind", "lena@example.com"), Row)
    assert isinstance(row(*["Northwind", *[""] * 9]), Row)
    assert row("Northwind", *["x@y.zz"] * 8) == Rejection(Ground.MORE_CELLS, "9")


@given(some.lists(some.text(max_size=30), max_size=10))
@example(["0 \b", ""])
def test_no_row_is_too_odd_to_be_read_or_rejected(cells: list[str]) -> None:
    read = read_row(2, cells, HEADER, Order.US)
    if isinstance(read, Row):
        assert 0 < len(read.name) <= LONGEST_NAME
        assert read.name == " ".join(read.name.split())


# What a row changes


def test_a_row_that_leaves_everything_open_changes_nothing() -> None:
    assert differences(DEAL, changed(DEAL, Row(2, "Northwind"), "", NOW)) == ()


def test_a_row_changes_what_it_says_and_nothing_else() -> None:
    told = Row(2, "NorthWind", stage=Stage.SIGNING, close_date=date(2026, 12, 9), amount=Decimal(0), currency="EUR")
    after = changed(DEAL, told, "U2", NOW)
    assert {each.field for each in differences(DEAL, after)} == {
        "name", "owner", "stage", "close_date", "amount", "currency",
    }  # fmt: skip
    untouched = {key for key in vars(DEAL) if key not in (*FIELDS, "closed_at")}
    assert all(getattr(after, key) == getattr(DEAL, key) for key in untouched)
    assert changed(after, told, "U2", NOW) == after


def test_who_noted_that_nobody_decided_knows_more_than_the_file() -> None:
    noted = replace(DEAL, ending=Ending.NO_DECISION, closed_at=NOW)
    assert changed(noted, Row(2, "Northwind", ending=Ending.LOST), "", NOW) == noted
    assert changed(noted, Row(2, "Northwind", ending=Ending.WON), "", NOW).ending is Ending.WON
    assert changed(noted, Row(2, "Northwind", is_open=True), "", NOW) == noted


def test_a_deal_ended_on_its_close_date_unless_that_is_to_come() -> None:
    won = Row(2, "Northwind", ending=Ending.WON, close_date=date(2026, 11, 2))
    assert changed(DEAL, won, "", NOW).closed_at == datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert changed(DEAL, replace(won, close_date=date(2026, 12, 2)), "", NOW).closed_at == NOW


def test_a_report_is_kept_and_read_again() -> None:
    report = Report(1, 2, 3, 4, 5)
    for stage in ("a", "a", "b", "c", "d", "e", "f"):
        report.notice(stage)
    again = Report.read(report.counts())
    assert (again.rows, again.still_ended, dict(again.stages)) == (10, 5, {"a": 2, "b": 1, "c": 1, "d": 1, "e": 1})


# Files

TABLE = 'Deal Name,Amount,Comment\nNörthwind,1,"two\nlines"\n\n"Ha, rlow",2,€\n'


def at(folder: Path, content: bytes) -> Path:
    path = folder / "pipeline.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    written = io.StringIO(newline="")
    table = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    table.writerows(csv.reader(TABLE.splitlines(keepends=True)))
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    sheet = survey(at(tmp_path, (mark + written.getvalue()).encode(encoding)))
    assert sheet.delimiter == delimiter
    assert sheet.rows == 2
    assert [line.cells[:2] for line in sheet.lines()] == [["Nörthwind", "1"], ["Ha, rlow", "2"]]


def test_a_row_is_known_by_the_line_it_begins_in(tmp_path: Path) -> None:
    sheet = survey(at(tmp_path, TABLE.encode()))
    assert [line.number for line in sheet.lines()] == [2, 5]


def test_excel_may_name_the_delimiter_on_a_line_of_its_own(tmp_path: Path) -> None:
    sheet = survey(at(tmp_path, b"sep=;\nname;amount\nNorthwind;1,5\n"))
    assert (sheet.delimiter, sheet.header) == (";", ("name", "amount"))
    assert [line.cells for line in sheet.lines()] == [["Northwind", "1,5"]]


def test_a_million_characters_in_a_cell_cost_their_row_and_no_other(tmp_path: Path) -> None:
    sheet = survey(at(tmp_path, b"name,comment\nNorthwind,a\nHarlow," + b"x" * 1_000_000 + b"\nPell,b\n"))
    read = [read_row(*line, sheet.columns, Order.EU) for line in sheet.lines()]
    assert [type(each) for each in read] == [Row, Rejection, Row]
    assert read[1] == Rejection(Ground.LONG_CELL, "1,000,000")


def test_a_zero_byte_costs_its_row_and_no_other(tmp_path: Path) -> None:
    rows = "".join(f"Deal {n},1\n" for n in range(2000))
    sheet = survey(at(tmp_path, f"name,amount\n{rows}Bro\0ken,1\nPell,2\n".encode()))
    read = [read_row(*line, sheet.columns, Order.EU) for line in sheet.lines()]
    assert read[-2] == Rejection(Ground.ODD_SIGNS)
    assert isinstance(read[-1], Row)


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", Trouble.EMPTY), (b"\n \n", Trouble.EMPTY), (b"\xef\xbb\xbf", Trouble.EMPTY),
        (b"\xff\xfe", Trouble.EMPTY), (b"name,stage\n", Trouble.NO_ROWS), (b"name,stage\n,\n", Trouble.NO_ROWS),
        (b"%PDF-1.4\nname\n", Trouble.NO_CSV), (b"PK\x03\x04", Trouble.WORKBOOK),
        ("name\nx".encode("utf-16-le"), Trouble.NO_CSV),
        (b"stage\nProposal\n", Trouble.NO_NAMES), (b"name\n\x81\x8d\n", Trouble.NO_ENCODING),
        (b'name\n"' + b"x\n" * 3_000_000, Trouble.LONG_LINE), (b"name\n" + b"x" * 4_200_000, Trouble.LONG_LINE),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_pipeline(tmp_path: Path, content: bytes, trouble: Trouble) -> None:
    with pytest.raises(Unreadable) as refused:
        survey(at(tmp_path, content))
    assert refused.value.trouble is trouble


def test_rejected_rows_are_written_when_there_are_any(tmp_path: Path) -> None:
    sheet = survey(at(tmp_path, b"=name,name\n-1,Northwind\n"))
    with Rejects(tmp_path / "rejected.csv", sheet, lambda why: f"so: {why.value}") as rejects:
        assert not (tmp_path / "rejected.csv").exists()
        rejects.add(2, ["-1", "@x" * 1000], Rejection(Ground.TWICE, "1"))
    written = (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert written == ["line,why,'=name,name", "2,so: 1,'-1,'" + "@x" * 500]


def test_a_name_is_remembered_with_the_line_that_told_it_first() -> None:
    with Seen() as seen:
        assert [seen.first("northwind", 2), seen.first("harlow", 3), seen.first("northwind", 4)] == [2, 3, 2]
