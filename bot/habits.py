"""What a person filled into the form of their own settings: when they work, and what they want to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import MAXYEAR, date, time
from typing import Any

from bot import forms
from flows import utterances as say
from flows.hours import Habits, is_country, parts_of
from flows.utterances import Utterance

NOWHERE = "none"
"""Stands for no country in the select: Slack takes no empty value, and a choice once made cannot be taken back."""

Wrong = dict[str, Utterance]


def read(view: Mapping[str, Any], before: Habits, today: date) -> tuple[Habits, Wrong]:
    """The habits that a `view_submission` tells, and why some of it will not do, by block id.

    What will not do stays as it was `before`. `today` is the person's own, by which an absence is over.
    """
    values, wrong = forms.read(view).values, Wrong()
    habits = _with_hours(before, values, wrong)
    habits = replace(habits, country=_country(values, wrong), nudges=values.get("nudges") != "off")
    habits = replace(habits, mirror=values.get("mirror", "on" if before.mirror else "off") == "on")
    return _with_absence(habits, values, today, wrong), wrong


def _with_hours(habits: Habits, values: Mapping[str, str], wrong: Wrong) -> Habits:
    begins, ends = _time(values.get("begins", "")), _time(values.get("ends", ""))
    days = frozenset(int(day) for day in values.get("workdays", "").split(",") if day in "0123456" and day)
    if not begins or not ends or begins >= ends:
        wrong["ends"] = say.bad_hours()
    else:
        habits = replace(habits, begins=begins, ends=ends)
    if not days:
        wrong["workdays"] = say.no_workdays()
    return replace(habits, workdays=days or habits.workdays)


def _with_absence(habits: Habits, values: Mapping[str, str], today: date, wrong: Wrong) -> Habits:
    typed = {block: values.get(block, "") for block in ("away_from", "away_until")}
    first, last = (_date(each) for each in typed.values())
    for block, day in zip(typed, (first, last), strict=True):
        if typed[block] and day is None:
            wrong[block] = say.impossible_date()
    if typed["away_until"] and not typed["away_from"]:
        wrong["away_from"] = say.bad_absence("no_first_day")
    if typed["away_from"] and not typed["away_until"]:
        wrong["away_until"] = say.bad_absence("no_last_day")
    if first and last and first > last:
        wrong["away_until"] = say.bad_absence("in_reverse")
    elif last and last < today:
        wrong["away_until"] = say.bad_absence("over")
    if first and last and first <= last:
        return replace(habits, away_from=first, away_until=last)
    return replace(habits, away_from=None, away_until=None)


def _country(values: Mapping[str, str], wrong: Wrong) -> str:
    """The code of a country, with its part's if one was typed, in whatever case."""
    country, typed = values.get("country") or NOWHERE, values.get("part", "")
    if country == NOWHERE or not is_country(country):
        if typed or country != NOWHERE:
            wrong["country"] = say.unknown_holidays("", ())
        return ""
    known = parts_of(country)
    part = next((each for each in known if each.casefold() == typed.casefold()), "")
    if typed and not part:
        wrong["part"] = say.unknown_holidays(country, known)
    return f"{country}-{part}" if part else country


def _time(value: str) -> time | None:
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


def _date(value: str) -> date | None:
    """A day; none that a calendar does not have, or after which it has none."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.year < MAXYEAR else None
